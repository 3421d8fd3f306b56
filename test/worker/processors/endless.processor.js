/** Never finishes loading. */
await new Promise(() => undefined);
