/** Type of our plugin in a CNI configuration, and name of its file in the plugin directory. */
export const pluginType = 'kubeslice';

interface PluginEntry {
  readonly type?: string;
}

interface Conflist {
  readonly plugins?: readonly PluginEntry[];
}

/** The configuration file that container runtimes use: of those that can contain a chain, the first by name. */
export const activeConflist = (names: readonly string[]): string | undefined => {
  const candidates = names.filter((name) => /\.(conflist|conf|json)$/.test(name) && !name.startsWith('.')).toSorted();
  return candidates[0]?.endsWith('.conflist') ? candidates[0] : undefined;
};

const read = (text: string): Conflist | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const list: Conflist = typeof value === 'object' && value !== null ? value : {};
    return Array.isArray(list.plugins) ? list : undefined;
  } catch {
    return undefined;
  }
};

/** Whether our plugin is in a configuration. */
export const isChained = (text: string): boolean => read(text)?.plugins?.some(({ type }) => type === pluginType) === true;

const write = (list: Conflist): string => `${JSON.stringify(list, null, 2)}\n`;

/**
 * The configuration with our plugin at the end of the chain. Undefined when it is already there, or when the text is not a configuration list (its
 * owner may be writing the file). Everything else in it stays unchanged.
 */
export const withPlugin = (text: string): string | undefined => {
  const list = read(text);
  if (list?.plugins === undefined || list.plugins.length === 0 || list.plugins.some(({ type }) => type === pluginType)) return undefined;
  return write({ ...list, plugins: [...list.plugins, { type: pluginType }] });
};

/** The configuration without our plugin, or undefined when it does not contain it. */
export const withoutPlugin = (text: string): string | undefined => {
  const list = read(text);
  if (!list?.plugins?.some(({ type }) => type === pluginType)) return undefined;
  return write({ ...list, plugins: list.plugins.filter(({ type }) => type !== pluginType) });
};
