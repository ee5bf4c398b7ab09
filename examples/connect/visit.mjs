// In the place of a browser: print the address to sign in at, and read the one that the browser came back to.
import { createInterface } from "node:readline";

export async function visit(url) {
  console.log(String(url));
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  throw new Error("nobody signed in");
}
