// Documents against JSON Schemas as files, by ajv: each line of standard input is {"file", "texts"}, the answer which of
// the texts are documents of the schema.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const ajv = new Ajv({ strict: true, strictTypes: false });
formats(ajv);
ajv.addVocabulary(['x-maxDepth', 'x-currency', 'x-labels', 'x-hash', 'x-depth']);
for (const [keyword, fits] of [['x-minBytes', (size, bound) => size >= bound], ['x-maxBytes', (size, bound) => size <= bound]])
  ajv.addKeyword({ keyword, type: 'string', schemaType: 'number', validate: (bound, text) => fits(Buffer.byteLength(text), bound) });

for (const line of readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const { file, texts } = JSON.parse(line);
  const check = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  console.log(JSON.stringify(texts.map((text) => check(JSON.parse(text)))));
}
