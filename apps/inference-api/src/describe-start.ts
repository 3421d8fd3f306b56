/** What a person sees when the server is up: where to look, and a line to try. */
export function describeStart(url: string): string {
  const base = url
    .replace('[::1]', 'localhost')
    .replace('0.0.0.0', 'localhost')
    .replace('127.0.0.1', 'localhost');
  return `
  Draw a digit     ${base}/
  OpenAPI          ${base}/api
  Health           ${base}/health/ready
  Statistics       ${base}/statistics

  Classify a seven from the shell:

  ${curlLine(base)}
`;
}

/** A vertical stroke and a bar, drawn by arithmetic so that the line stays short enough to copy. */
export function curlLine(base: string): string {
  const script =
    'const p=Array(784).fill(0);' +
    'for(let i=0;i<18;i++){for(let w=0;w<3;w++){p[(5+w)*28+6+(i*16/17|0)]=255;p[(5+i)*28+20-(i/2|0)+w-1]=255}}' +
    'console.log(JSON.stringify({pixels:p}))';
  return `node -e '${script}' | curl -s ${base}/digits/classify -H 'content-type: application/json' -d @-`;
}
