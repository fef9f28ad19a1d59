// Writes one exhibit: the body of POST /sync just as today's phone sends it. README.md says when.
//   TZ=Asia/Shanghai node tests/museum/freeze.mjs KIND NUMBER BODY [OPTIONS]  > tests/museum/exhibits/env-1-KIND-SCHEMA.json
// NUMBER makes the record's id and seq, so that exhibits can speak of each other; BODY and OPTIONS are JSON.
import { digestPhotos, envelope } from '../../static/js/outbox/envelope.js';

const [kind, number, body, options = '{}'] = process.argv.slice(2);
const id = `01a208d0-0000-7000-8000-${number.padStart(12, '0')}`;
const at = new Date('2026-11-23T14:30:00.000Z');
const stamp = { author: '', device: '', at, zone: 'Asia/Shanghai', mono: 60_000 + Number(number), boot: 'b3a1c0d2e4f60718' };
const { photo, ...rest } = JSON.parse(options);
const photos = digestPhotos(photo ? [{ data: new TextEncoder().encode(photo).buffer, mime: 'image/jpeg' }] : []).map(({ data, ...named }) => named);
const { sha256, payload } = envelope(kind, JSON.parse(body), { ...rest, id }, stamp, Number(number), photos);
process.stdout.write(JSON.stringify({ sent_at: at.toISOString(), records: [{ id, sha256, payload }] }));
