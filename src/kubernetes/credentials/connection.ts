import type { TokenSource } from './token-source.ts';

/** How a client authenticates. Certificate and key are PEM. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: TokenSource }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string };

/** Everything needed to reach one API server. */
export type Connection = {
  /** `https://host:port`, a path prefix is allowed; `http://` only where something else protects the connection. */
  readonly server: string;
  /** PEM of the authorities trusted for the server. @default those of the machine */
  readonly ca?: string;
  readonly credential: Credential;
  /** The default namespace. */
  readonly namespace?: string;
  /** The name expected in the server's certificate, if it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** Accept any server certificate: an attacker in between can then read and change everything. @default false */
  readonly insecureSkipTlsVerify?: boolean;
};
