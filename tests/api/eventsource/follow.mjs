// Follows one job with the package as any client would, resuming by itself, and prints what it is
// told, one JSON line an event: follow.mjs URL KEY
import { EventSource } from "eventsource";

const [url, key] = process.argv.slice(2);
const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } }),
});
source.onopen = () => console.log(JSON.stringify({ open: true }));
source.onerror = (event) => console.log(JSON.stringify({ error: event.message ?? "", code: event.code ?? 0 }));
source.onmessage = (event) => {
  const data = JSON.parse(event.data);
  console.log(JSON.stringify({ id: event.lastEventId, data }));
  if (data.kind === "finished") source.close();
};
