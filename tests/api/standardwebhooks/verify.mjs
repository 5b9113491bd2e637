// Verifies one request as a receiver would, with the package of Standard Webhooks' authors:
// verify.mjs SECRET, the request as JSON {headers, body} on standard input.
import { readFileSync } from "node:fs";
import standardwebhooks from "standardwebhooks";

const { headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  const event = new standardwebhooks.Webhook(process.argv[2]).verify(body, headers);
  console.log(JSON.stringify({ verified: event.type }));
} catch (error) {
  console.log(JSON.stringify({ refused: error.message }));
}
