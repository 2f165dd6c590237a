/** A new id for an entity or a delta: 22 letters and digits, 128 bits by chance. */
export function newId(): string {
  let id = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(22))) id += LETTERS.charAt(byte & 63);
  return id;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
