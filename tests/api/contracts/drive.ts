// Drives the real binaries with the clients that generators made of their openapi.json, through every outcome that
// latency leads to. Nothing here knows a path, a field or a status that the documents do not declare: it compiles
// under strict TypeScript, or not at all. What the client saw goes out as JSON, a line an outcome.
import createClient from 'openapi-fetch';
import { createClient as heyClient, createConfig } from './support/client/index.js';
import { cancelJob, createStoryboard, getJob as getStoryboard } from './videos/index.js';
import { draftResponse, getJob as getDraft, getReview, reviewJob } from './support/index.js';
import type { JobDraftResponse, Problem } from './support/index.js';
import { researchAccount, getJob as getResearch } from './sales/index.js';
import type { paths } from './briefs-types.js';

declare const process: { argv: string[] };
type Server = { url: string; key: string };
const told = JSON.parse(process.argv[2] ?? '{}') as Record<'support' | 'briefs' | 'limited' | 'videos' | 'sales', Server>;

function say(name: string, seen: Record<string, unknown>): void {
  console.log(JSON.stringify({ name, ...seen }));
}

// ---- briefs: openapi-typescript and openapi-fetch ---------------------------------------------------------------

function briefsAt({ url, key }: Server) {
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
}

async function brief(server: Server, name: string, document: string) {
  const { data, error, response } = await briefsAt(server).POST('/briefs/extract-key-points', {
    body: { document, language: 'en', max_points: 5 },
  });
  const wait = response.headers.get('Retry-After');
  if (data)
    return say(name, { http: response.status, status: data.status, result: data.result_type, final: data.final,
                       quotes: data.output?.points.map((point) => point.quote), path: data.versions.fallback_path });
  if (error && 'job_id' in error) // a declared error: the job, which has failed
    return say(name, { http: response.status, status: error.status, code: error.error_code, message: error.error?.message,
                       again: error.error?.retryable, wait });
  say(name, { http: response.status, problem: error.code, wait, errors: error.errors?.map((one) => one.pointer + ' ' + one.rule) });
}

// ---- the others: @hey-api/openapi-ts ------------------------------------------------------------------------------

function at({ url, key }: Server) {
  return heyClient(createConfig({ baseUrl: url, auth: () => key }));
}

function isJob(body: JobDraftResponse | Problem): body is JobDraftResponse {
  return 'job_id' in body;
}

async function support(server: Server) {
  const client = at(server);
  const rule = await draftResponse({ client, body: { subject: 'Forgot my password', body: 'Help', product: 'login' } });
  say('instant', { http: rule.response.status, status: rule.data?.status, by: rule.data?.output?.by });
  const later = await draftResponse({ client, body: { subject: 'When?', body: 'Since when?', product: 'reports' } });
  const job = later.data;
  if (!job) throw new Error(JSON.stringify(later.error));
  say('later', { http: later.response.status, result: job.result_type, final: job.final, by: job.output?.by,
                 where: later.response.headers.get('Location') === `/jobs/${job.job_id}`, wait: job.retry_after });
  const path = { id: job.job_id };
  let now = job;
  while (now.waiting_for !== 'review')
    now = (await getDraft({ client, path, query: { wait: 1 }, throwOnError: true })).data;
  const review = await getReview({ client, path, throwOnError: true });
  const wrong = await reviewJob({ client, path, body: { decision: 'edit', output: { text: '', by: 'person', confidence: 1 } } });
  say('wrong review', { http: wrong.response.status, problem: wrong.error && !isJob(wrong.error) ? wrong.error.code : null });
  const done = await reviewJob({ client, path, throwOnError: true,
                                 body: { decision: 'edit', output: { text: 'At night.', by: 'person', confidence: 1 } } });
  for (now = done.data; !now.final;)
    now = (await getDraft({ client, path, query: { wait: 5 }, throwOnError: true })).data;
  say('review', { stage: review.data.stage, http: done.response.status, status: now.status, text: now.output?.text });
  const none = await getDraft({ client, path: { id: '0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10' } });
  say('no such job', { http: none.response.status, problem: none.error?.code });
  const stranger = await draftResponse({ client: at({ ...server, key: 'nobody' }), body: { subject: 'a', body: 'b', product: 'login' } });
  say('no such key', { http: stranger.response.status, problem: stranger.error && !isJob(stranger.error) ? stranger.error.code : null,
                       how: stranger.response.headers.get('WWW-Authenticate') });
}

async function videos(server: Server) {
  const client = at(server);
  const begun = await createStoryboard({ client, headers: { 'Idempotency-Key': 'one' }, throwOnError: true,
                                         body: { title: 'The Bridge', text: 'A ferry crosses.' } });
  say('background', { http: begun.response.status, final: begun.data.final, output: begun.data.output });
  let job = begun.data, drafts = 0;
  while (!job.final) {
    job = (await getStoryboard({ client, path: { id: job.job_id }, throwOnError: true })).data;
    drafts += job.result_type === 'draft' && !job.final ? 1 : 0;
  }
  const over = await cancelJob({ client, path: { id: job.job_id }, throwOnError: true });
  say('background ends', { status: job.status, result: job.result_type, scenes: job.output?.scenes.length, drafts: drafts > 0,
                           cancelled: over.data.status });
}

async function sales(server: Server) {
  const client = at(server);
  const begun = await researchAccount({ client, headers: { Prefer: 'respond-async' }, throwOnError: true,
                                        body: { account_id: 'ACME00042', domain: 'acme.example', goal: 'renewal' } });
  let job = begun.data;
  while (!job.final)
    job = (await getResearch({ client, path: { id: job.job_id }, query: { wait: 5 }, throwOnError: true })).data;
  say('poll', { http: begun.response.status, applied: begun.response.headers.get('Preference-Applied'), status: job.status,
                missing: job.missing.map((one) => one.stage) });
}

await brief(told.briefs, 'full', 'HAPPY. Sales rose by four per cent.');
await brief(told.briefs, 'degraded', 'FALLBACK. Sales rose by four per cent.');
await brief(told.briefs, 'declared', 'REFUSED. Sales rose by four per cent.');
await brief(told.briefs, 'down', 'DOWN. Sales rose by four per cent.');
await brief(told.briefs, 'invalid', '');
await brief(told.limited, 'let through', 'HAPPY. Sales rose by four per cent.');
await brief(told.limited, 'limited', 'HAPPY again. Sales rose by four per cent.');
await support(told.support);
await videos(told.videos);
await sales(told.sales);
