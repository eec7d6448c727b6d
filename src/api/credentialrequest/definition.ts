import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { credentialRequestKind } from '../kinds.ts';
import { credentialRequestSpec, credentialRequestStatus } from './schema.ts';

/** Kind `CredentialRequest`. */
export const credentialRequestDefinition: KindDefinition = {
  resource: credentialRequestKind,
  description:
    'A CredentialRequest renews the credential of one cluster for the hub by proof of its key. Worker and controller write it; do not edit it.',
  shortNames: [],
  where: ['hub'],
  spec: credentialRequestSpec,
  status: credentialRequestStatus,
  columns: [
    { name: 'Refused', type: 'string', jsonPath: '.status.refused', description: 'Why the last request was refused, if it was.' },
    ageColumn,
  ],
};
