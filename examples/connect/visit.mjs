// Replaces a browser: prints the sign-in URL, and reads the callback URL.
import { createInterface } from "node:readline";

export async function visit(url) {
  console.log(String(url));
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  throw new Error("nobody signed in");
}
