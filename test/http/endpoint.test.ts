import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCorClient } from '../../src/cor/create-cor-client.ts';
import { parseEndpoint, pathSegment } from '../../src/http/endpoint.ts';

describe('an endpoint setting', () => {
  it.each([
    ['https://integrations.projectcor.com', 'https://integrations.projectcor.com', '/'],
    ['https://gateway.example/cor/', 'https://gateway.example', '/cor'],
    ['http://localhost:8080', 'http://localhost:8080', '/'],
    ['http://127.9.8.7:1/x', 'http://127.9.8.7:1', '/x'],
    ['http://[::1]:1', 'http://[::1]:1', '/'],
  ])('%s is accepted', (value, origin, path) => {
    expect(parseEndpoint('COR_BASE_URL', value)).toMatchObject({ origin, path });
  });

  it.each([
    ['http://integrations.projectcor.com', /COR_BASE_URL must use https/],
    ['http://localhost.example.com', /must use https/],
    ['http://128.0.0.1', /must use https/],
    ['ftp://localhost/', /must use https/],
    ['integrations.projectcor.com', /COR_BASE_URL is no URL/],
    ['', /COR_BASE_URL is no URL/],
    ['https://host/#x', /fragment/],
  ])('%j is refused', (value, message) => {
    expect(() => parseEndpoint('COR_BASE_URL', value)).toThrow(message);
  });

  it('that holds credentials is refused without repeating them', () => {
    const read = () => parseEndpoint('COR_TOKEN_URL', 'https://me:hunter22@host/');
    expect(read).toThrow(/COR_TOKEN_URL must not hold a user name or password/);
    expect(read).not.toThrow(/hunter22/);
  });
});

describe('the client names the setting that is wrong', () => {
  const good = {
    baseUrl: 'https://a.example',
    tokenUrl: 'https://b.example/token',
    apiKey: 'key',
    clientSecret: 'secret',
  };
  it.each([
    [{ baseUrl: 'http://a.example' }, /COR_BASE_URL/],
    [{ tokenUrl: 'http://b.example' }, /COR_TOKEN_URL/],
    [{ apiKey: '' }, /COR_API_KEY/],
    [{ apiKey: 'a:b' }, /COR_API_KEY/],
    [{ clientSecret: '' }, /COR_CLIENT_SECRET/],
  ])('%j', (bad, message) => {
    expect(() => createCorClient({ ...good, ...bad })).toThrow(message);
  });
});

describe('an id in a path', () => {
  it.each([
    ['OKTA-USER-12345', 'OKTA-USER-12345'],
    ['a/b?c#d%', 'a%2Fb%3Fc%23d%25'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['...', '...'],
    ['Zoë 🙂', 'Zo%C3%AB%20%F0%9F%99%82'],
    ['\ud800', '%EF%BF%BD'],
  ])('%j becomes %s', (id, expected) => {
    expect(pathSegment(id)).toBe(expected);
  });

  it('stays one segment of legal characters and decodes to the same id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        const segment = pathSegment(id);
        expect(segment).toMatch(/^[\w.!~*'()%-]+$/);
        expect(segment).not.toMatch(/^\.{1,2}$/);
        expect(decodeURIComponent(segment)).toBe(id.toWellFormed());
      }),
    );
  });
});
