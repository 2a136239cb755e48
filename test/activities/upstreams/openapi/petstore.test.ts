/** The petstore from its document to its answers, against a stand-in that keeps pets. */
import { api, called, failureOf, never, offerOf, resultOf, upstreamOf } from './world';
import type { Answering, Api } from './world';
import { petstore } from './petstore';
import type { Given } from '../../../../workflows/upstream-contract';

/** Keeps pets as the petstore does. */
function shop(): Answering {
  const pets = new Map<string, { readonly id: number; readonly status?: string }>();
  return ({ method, url, body, headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://shop');
    const id = /^\/v3\/pet\/(\d+)/.exec(pathname)?.[1] ?? '';
    const answer = (status: number, value?: unknown): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(value === undefined ? undefined : JSON.stringify(value));
    if (pathname === '/v3/pet') {
      const pet = JSON.parse(String(body)) as { readonly id: number };
      pets.set(String(pet.id), pet);
      answer(200, pet);
    } else if (pathname === '/v3/pet/findByStatus')
      answer(
        200,
        [...pets.values()].filter(({ status }) => status === searchParams.get('status')),
      );
    else if (pathname === '/v3/store/inventory')
      answer(headers.api_key === 'special-key' ? 200 : 401, { available: pets.size });
    else if (pathname.endsWith('/uploadImage')) answer(200, { code: 200, message: `${body.length} bytes for ${id}` });
    else if (method === 'DELETE') answer(pets.delete(id) ? 200 : 404);
    else answer(pets.has(id) ? 200 : 404, pets.get(id) ?? { message: 'Pet not found' });
  };
}

async function opened(): Promise<{
  readonly given: Api;
  readonly call: (tool: string, given?: Given) => Promise<Given>;
}> {
  const given = await api(shop());
  const upstream = upstreamOf(petstore(`${given.url}/v3`), {
    auth: { api_key: 'special-key', petstore_auth: 'pet-token' },
  });
  return { given, call: (tool, args = {}) => resultOf(called(upstream, args, { tool })) };
}

test('it offers the nineteen operations, in their order', async () => {
  const { tools, left, server } = await offerOf(petstore('/v3'));
  expect([tools.length, left, server?.name]).toEqual([19, [], 'Swagger Petstore - OpenAPI 3.0']);
  expect(tools.slice(0, 4).map(({ name }) => name)).toEqual([
    'addPet',
    'updatePet',
    'findPetsByStatus',
    'findPetsByTags',
  ]);
});

test('a pet is added, found, shown its picture and let go', async () => {
  const { given, call } = await opened();
  const pet = { id: 7, name: 'Rex', photoUrls: [], status: 'sold' };
  expect((await call('addPet', { body: pet })).structuredContent).toEqual(pet);
  expect((await call('findPetsByStatus', { status: 'sold' })).structuredContent).toEqual({ result: [pet] });
  expect((await call('getPetById', { petId: 7 })).structuredContent).toEqual(pet);
  const picture = { petId: 7, body: Buffer.from([1, 2, 3]).toString('base64'), additionalMetadata: 'a b' };
  expect((await call('uploadFile', picture)).structuredContent).toMatchObject({ message: '3 bytes for 7' });
  expect((await call('deletePet', { petId: 7 })).content).toEqual([{ type: 'text', text: '200 OK' }]);
  expect(await call('getPetById', { petId: 7 })).toMatchObject({ isError: true });
  expect(given.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /v3/pet',
    'GET /v3/pet/findByStatus?status=sold',
    'GET /v3/pet/7',
    'POST /v3/pet/7/uploadImage?additionalMetadata=a%20b',
    'DELETE /v3/pet/7',
    'GET /v3/pet/7',
  ]);
});

test('each operation is shown the credential that it asks for', async () => {
  const { given, call } = await opened();
  expect((await call('getInventory')).structuredContent).toEqual({ available: 0 });
  await call('getPetById', { petId: 1 });
  await call('deletePet', { petId: 1 });
  await call('getOrderById', { orderId: 1 });
  expect(given.requests.map(({ headers }) => [headers.api_key, headers.authorization])).toEqual([
    ['special-key', undefined],
    ['special-key', undefined],
    [undefined, 'Bearer pet-token'],
    [undefined, undefined],
  ]);
});

test('a tool that it does not have is refused', async () => {
  const upstream = upstreamOf(petstore('/v3'));
  await upstream.list(never);
  expect((await failureOf(called(upstream, {}, { tool: 'feedPet' }))).type).toBe('refused');
});
