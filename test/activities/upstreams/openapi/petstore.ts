/** The petstore that everybody knows, in OpenAPI 3.0: its operations, parameters, schemas and security, without its prose. */
import type { Given } from '../../../../workflows/upstream-contract';
import { documentOf } from './world';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const both = (schema: object) => ({ 'application/xml': { schema }, 'application/json': { schema } });
const forms = (schema: object) => ({ ...both(schema), 'application/x-www-form-urlencoded': { schema } });
const ok = (schema: object) => ({ description: 'successful operation', content: both(schema) });
const failed = { description: 'Invalid input' };
const listOf = (items: object) => ({ type: 'array', items });
const string = { type: 'string' };
const int64 = { type: 'integer', format: 'int64' };
const inPath = (name: string, schema: object) => ({ name, in: 'path', required: true, schema });
const inQuery = (name: string, schema: object, more: object = {}) => ({ name, in: 'query', schema, ...more });
const status = (...values: string[]) => ({ type: 'string', enum: values });

const ours = [{ petstore_auth: ['write:pets', 'read:pets'] }];

export const petstore = (server: string): Given =>
  documentOf({
    openapi: '3.0.2',
    info: { title: 'Swagger Petstore - OpenAPI 3.0', version: '1.0.26' },
    servers: [{ url: server }],
    paths: {
      '/pet': {
        post: {
          tags: ['pet'],
          summary: 'Add a new pet to the store',
          operationId: 'addPet',
          requestBody: { required: true, content: forms(ref('Pet')) },
          responses: { 200: ok(ref('Pet')), 405: failed },
          security: ours,
        },
        put: {
          operationId: 'updatePet',
          requestBody: { required: true, content: forms(ref('Pet')) },
          responses: { 200: ok(ref('Pet')), 400: failed, 404: failed },
          security: ours,
        },
      },
      '/pet/findByStatus': {
        get: {
          operationId: 'findPetsByStatus',
          parameters: [
            inQuery('status', { ...status('available', 'pending', 'sold'), default: 'available' }, { explode: true }),
          ],
          responses: { 200: ok(listOf(ref('Pet'))), 400: failed },
          security: ours,
        },
      },
      '/pet/findByTags': {
        get: {
          operationId: 'findPetsByTags',
          parameters: [inQuery('tags', listOf(string), { explode: true })],
          responses: { 200: ok(listOf(ref('Pet'))), 400: failed },
          security: ours,
        },
      },
      '/pet/{petId}': {
        get: {
          operationId: 'getPetById',
          parameters: [inPath('petId', int64)],
          responses: { 200: ok(ref('Pet')), 400: failed, 404: failed },
          security: [{ api_key: [] }, ...ours],
        },
        post: {
          operationId: 'updatePetWithForm',
          parameters: [inPath('petId', int64), inQuery('name', string), inQuery('status', string)],
          responses: { 405: failed },
          security: ours,
        },
        delete: {
          operationId: 'deletePet',
          parameters: [{ name: 'api_key', in: 'header', schema: string }, inPath('petId', int64)],
          responses: { 400: failed },
          security: ours,
        },
      },
      '/pet/{petId}/uploadImage': {
        post: {
          operationId: 'uploadFile',
          parameters: [inPath('petId', int64), inQuery('additionalMetadata', string)],
          requestBody: { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
          responses: { 200: { content: { 'application/json': { schema: ref('ApiResponse') } } } },
          security: ours,
        },
      },
      '/store/inventory': {
        get: {
          operationId: 'getInventory',
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: { type: 'object', additionalProperties: { type: 'integer', format: 'int32' } },
                },
              },
            },
          },
          security: [{ api_key: [] }],
        },
      },
      '/store/order': {
        post: {
          operationId: 'placeOrder',
          requestBody: { content: forms(ref('Order')) },
          responses: { 200: ok(ref('Order')), 405: failed },
        },
      },
      '/store/order/{orderId}': {
        get: {
          operationId: 'getOrderById',
          parameters: [inPath('orderId', int64)],
          responses: { 200: ok(ref('Order')), 400: failed, 404: failed },
        },
        delete: {
          operationId: 'deleteOrder',
          parameters: [inPath('orderId', int64)],
          responses: { 400: failed, 404: failed },
        },
      },
      '/user': {
        post: {
          operationId: 'createUser',
          requestBody: { content: forms(ref('User')) },
          responses: { default: ok(ref('User')) },
        },
      },
      '/user/createWithList': {
        post: {
          operationId: 'createUsersWithListInput',
          requestBody: { content: { 'application/json': { schema: listOf(ref('User')) } } },
          responses: { 200: ok(ref('User')), default: { description: 'successful operation' } },
        },
      },
      '/user/login': {
        get: {
          operationId: 'loginUser',
          parameters: [inQuery('username', string), inQuery('password', string)],
          responses: { 200: ok(string), 400: failed },
        },
      },
      '/user/logout': { get: { operationId: 'logoutUser', parameters: [], responses: { default: {} } } },
      '/user/{username}': {
        get: {
          operationId: 'getUserByName',
          parameters: [inPath('username', string)],
          responses: { 200: ok(ref('User')), 400: failed, 404: failed },
        },
        put: {
          operationId: 'updateUser',
          parameters: [inPath('username', string)],
          requestBody: { content: forms(ref('User')) },
          responses: { default: {} },
        },
        delete: {
          operationId: 'deleteUser',
          parameters: [inPath('username', string)],
          responses: { 400: failed, 404: failed },
        },
      },
    },
    components: {
      schemas: {
        Order: {
          type: 'object',
          properties: {
            id: { ...int64, example: 10 },
            petId: { ...int64, example: 198772 },
            quantity: { type: 'integer', format: 'int32', example: 7 },
            shipDate: { type: 'string', format: 'date-time' },
            status: { ...status('placed', 'approved', 'delivered'), example: 'approved' },
            complete: { type: 'boolean' },
          },
          xml: { name: 'order' },
        },
        Category: {
          type: 'object',
          properties: { id: { ...int64, example: 1 }, name: { ...string, example: 'Dogs' } },
        },
        User: {
          type: 'object',
          properties: {
            id: { ...int64, example: 10 },
            username: { ...string, example: 'theUser' },
            firstName: string,
            lastName: string,
            email: string,
            password: { ...string, example: 12345 },
            phone: string,
            userStatus: { type: 'integer', format: 'int32', example: 1 },
          },
        },
        Tag: { type: 'object', properties: { id: int64, name: string } },
        Pet: {
          type: 'object',
          required: ['name', 'photoUrls'],
          properties: {
            id: { ...int64, example: 10 },
            name: { ...string, example: 'doggie' },
            category: ref('Category'),
            photoUrls: { ...listOf({ ...string, xml: { name: 'photoUrl' } }), xml: { wrapped: true } },
            tags: { ...listOf(ref('Tag')), xml: { wrapped: true } },
            status: status('available', 'pending', 'sold'),
          },
          xml: { name: 'pet' },
        },
        ApiResponse: {
          type: 'object',
          properties: { code: { type: 'integer', format: 'int32' }, type: string, message: string },
        },
      },
      securitySchemes: {
        petstore_auth: {
          type: 'oauth2',
          flows: {
            implicit: {
              authorizationUrl: 'https://example.com/authorize',
              scopes: { 'write:pets': '', 'read:pets': '' },
            },
          },
        },
        api_key: { type: 'apiKey', name: 'api_key', in: 'header' },
      },
    },
  });
