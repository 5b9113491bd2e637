// Clients of each specification, by both generators: node generate.mjs NAME=OPENAPI.json … into this folder's
// NAME-types.ts and NAME/.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { createClient } from '@hey-api/openapi-ts';

const asked = process.argv.slice(2).map((word) => word.split('='));
for (const [name, file] of asked)
  writeFileSync(`${name}-types.ts`, astToString(await openapiTS(pathToFileURL(file))));
await createClient(asked.map(([name, file]) => ({
  input: file, output: { path: name, importFileExtension: '.js' }, plugins: ['@hey-api/client-fetch'],
  logs: { level: 'silent' },
})));
console.log('generated');
