/**
 * A bare node:http server that parses the same bodies and sends JSON of the same size. It shows the cost of HTTP alone.
 */
import { createServer } from 'node:http';

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { texts } = JSON.parse(Buffer.concat(chunks).toString()) as { texts: string };
    const body = JSON.stringify({ score: 4 + Math.round(1e12 / texts.length) / 1e12 });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(process.env.PORT));
