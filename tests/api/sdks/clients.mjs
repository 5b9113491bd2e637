// The providers' own clients, asked for what the binary asks for: url, text and each one's schema come as JSON on the command
// line; what they understood of the answers goes out as JSON, a line a call.
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';

const { url, model, text, schemas, limit, fault } = JSON.parse(process.argv[2]);
const openai = new OpenAI({ baseURL: url + '/v1', apiKey: 'secret-key', maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: url, apiKey: 'secret-key', maxRetries: 0 });
const messages = [{ role: 'user', content: text }];

async function chat() {
  const stream = openai.chat.completions.stream({
    model, messages, max_tokens: limit, stream_options: { include_usage: true },
    response_format: { type: 'json_schema', json_schema: { name: 'KeyPoints', strict: true, schema: schemas.chat } },
  });
  const whole = await stream.finalChatCompletion();
  return { text: whole.choices[0].message.content, stop: whole.choices[0].finish_reason,
           model: whole.model, output: whole.usage.completion_tokens };
}

async function responses() {
  const stream = openai.responses.stream({
    model, input: messages, max_output_tokens: limit, store: false,
    text: { format: { type: 'json_schema', name: 'KeyPoints', strict: true, schema: schemas.responses } },
  });
  const whole = await stream.finalResponse();
  return { text: whole.output[0].content[0].text, stop: whole.status, model: whole.model,
           output: whole.usage.output_tokens };
}

async function messagesOf() {
  const stream = anthropic.messages.stream({
    model, messages, max_tokens: limit, output_config: { format: { type: 'json_schema', schema: schemas.messages } },
  });
  const whole = await stream.finalMessage();
  return { text: whole.content[0].text, stop: whole.stop_reason, model: whole.model,
           output: whole.usage.output_tokens };
}

for (const [name, call] of [['chat', chat], ['responses', responses], ['messages', messagesOf]]) {
  let said;
  try {
    said = await call();
  } catch (error) {
    said = { error: error.constructor.name, status: error.status ?? null, message: String(error.message) };
  }
  console.log(JSON.stringify({ name, fault, ...said }));
}
