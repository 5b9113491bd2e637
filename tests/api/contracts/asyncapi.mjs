// An asyncapi.json by the parser of AsyncAPI's own project, and what a binary sent by the messages that it declares:
// node asyncapi.mjs FILE, with [{channel, message, headers?, payload}, …] as JSON on standard input.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import formats from 'ajv-formats';

const text = readFileSync(process.argv[2], 'utf8');
const { document, diagnostics } = await new Parser().parse(text);
const found = diagnostics.filter((one) => one.code !== 'asyncapi-latest-version') // 3.1 adds nothing that is said here
  .map((one) => `${one.path.join('/')}: ${one.message}`);
console.log(JSON.stringify({ version: document?.version(), operations: document?.operations().all().map((one) => one.id()), found }));

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
for (const { channel, message, headers, payload } of JSON.parse(readFileSync(0, 'utf8'))) {
  const declared = document?.channels().get(channel)?.messages().get(message);
  const errors = [];
  for (const [schema, value] of [[declared?.headers(), headers], [declared?.payload(), payload]]) {
    if (!schema) continue;
    const check = ajv.compile(schema.json());
    if (!check(value)) errors.push(...check.errors.map((one) => `${one.instancePath} ${one.message}`));
  }
  console.log(JSON.stringify({ channel, message, declared: !!declared?.payload(), errors }));
}
