import packageJson from '../../package.json' with { type: 'json' };

/** Version of KubeSlice, as in package.json; image references and `kubeslice version` are made from it. */
export const version: string = packageJson.version;
