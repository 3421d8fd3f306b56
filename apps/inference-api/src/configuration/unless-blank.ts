/** What the environment says; nothing where it is left blank, as by `PORT=` or Compose's `${PORT:-}`. */
export function unlessBlank(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text;
}
