/** What of a request goes on to where a redirect leads. */
import { isRedirect, redirected } from '../../../activities/egress/redirect';

const post = {
  method: 'POST',
  body: '{}',
  headers: { Authorization: 'Bearer x', 'x-api-key': 'y', Accept: '*/*' },
} as const;

test.each([301, 302, 303])('%i becomes a GET without a body', (status) => {
  expect(redirected(post, status, true)).toEqual({ headers: post.headers });
});

test.each([307, 308])('%i repeats the request', (status) => {
  expect(redirected(post, status, true)).toEqual(post);
});

test.each([301, 302, 303, 307, 308])('%i takes no secrets to another origin', (status) => {
  expect(redirected(post, status, false).headers).toEqual({ Accept: '*/*' });
});

test.each([200, 300, 304, 305, 404])('%i is no redirect', (status) => {
  expect(isRedirect(status)).toBe(false);
});
