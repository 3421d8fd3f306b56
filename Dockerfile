# The sample, in two flavors: `cpu` (also runs WebGPU where a Vulkan driver is) and `gpu` (CUDA 12).

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps/inference-api/package.json apps/inference-api/
RUN npm ci
COPY . .
RUN npm run build

# What the sample needs to run: no compiler, no test runner.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps/inference-api/package.json apps/inference-api/
RUN npm ci --omit=dev

# As above, with the CUDA libraries that onnxruntime-node's install script fetches.
FROM dependencies AS cuda-dependencies
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN useradd --create-home --shell /usr/sbin/nologin inference
WORKDIR /app
COPY --from=cuda-dependencies /app ./
COPY --from=build /app/dist dist
COPY --from=build /app/apps apps
USER inference
ENV NODE_ENV=production PORT=3000 EXECUTION_PROVIDERS=cuda,cpu
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/inference-api/src/main.js"]

# The last stage is the one that a plain `docker build` makes.
FROM node:24-bookworm-slim AS cpu
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=build /app/dist dist
COPY --from=build /app/apps apps
USER node
ENV NODE_ENV=production PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/inference-api/src/main.js"]
