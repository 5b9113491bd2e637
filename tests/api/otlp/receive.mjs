// Elastic's receiver of OTLP, on a free port. What it understood goes out as JSON, a line a request: its spans as it
// gives them to whoever embeds it, and whether the request comes out as it was from OpenTelemetry's own protobuf
// definitions (which drop what they do not know).
import { isDeepStrictEqual } from 'node:util';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { MockOtlpServer, normalizeTrace } = require('@elastic/mockotlpserver');
const { getProtoRoot } = require('@elastic/mockotlpserver/lib/proto.js');
const Request = getProtoRoot().lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

const IDS = new Set(['traceId', 'spanId', 'parentSpanId']); // OTLP's JSON has them in hex, protobuf's in base64

function recode(value, from, to) {
  if (Array.isArray(value)) return value.map((one) => recode(one, from, to));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) =>
    [key, IDS.has(key) ? Buffer.from(one, from).toString(to) : recode(one, from, to)]));
}

function throughProtobuf(json) {
  const bytes = Request.encode(Request.fromObject(recode(json, 'hex', 'base64'))).finish();
  return recode(Request.toObject(Request.decode(bytes), { longs: String, bytes: String }), 'base64', 'hex');
}

const plain = (value) => JSON.parse(JSON.stringify(value));
const say = (said) => process.stdout.write(JSON.stringify(said) + '\n');
const server = new MockOtlpServer({
  logLevel: 'warn', services: ['http'], httpHostname: '127.0.0.1', httpPort: 0,
  onTrace: (trace) => {
    const sent = plain(trace), back = plain(throughProtobuf(sent));
    const understood = normalizeTrace(trace);
    say({ whole: isDeepStrictEqual(back, sent), sent, back, understood });
  },
});
await server.start();
say({ url: server.httpUrl.href });
