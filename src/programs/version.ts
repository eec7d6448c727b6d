import packageJson from '../../package.json' with { type: 'json' };

/** Version of KubeSlice, from package.json; image references and `kubeslice version` contain it. */
export const version: string = packageJson.version;
