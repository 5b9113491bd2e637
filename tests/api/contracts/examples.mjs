// Every example of an openapi.json against the schema that it stands beside, and every schema by itself, by ajv:
// node examples.mjs OPENAPI.json …
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

for (const file of process.argv.slice(2)) {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, discriminator: false });
  formats(ajv);
  ajv.addVocabulary(['x-minBytes', 'x-maxBytes', 'x-maxDepth', 'x-currency', 'x-labels', 'discriminator', 'info', 'openapi', 'servers', 'security', 'tags',
                     'paths', 'webhooks', 'components']);
  ajv.addSchema({ $id: 'doc:', ...document });
  let held = 0, schemas = 0;
  const fits = (schema, value, where) => {
    held++;
    const check = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc:#/')));
    if (!check(value)) console.log(JSON.stringify({ file, where, errors: check.errors.map((one) => `${one.instancePath} ${one.message}`) }));
  };
  const walk = (node, where) => {
    if (!node || typeof node !== 'object') return;
    if (node.schema && 'example' in node) fits(node.schema, node.example, where);
    if (node.schema && node.examples) for (const [name, one] of Object.entries(node.examples)) fits(node.schema, one.value, `${where}/${name}`);
    for (const [name, kid] of Object.entries(node)) walk(kid, `${where}/${name}`);
  };
  walk(document.paths, '');
  for (const name of Object.keys(document.components.schemas)) {
    ajv.compile({ $ref: `doc:#/components/schemas/${name}` });
    schemas++;
  }
  console.log(JSON.stringify({ file, held, schemas }));
}
