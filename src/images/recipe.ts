/** Processor architecture as OCI names it. */
export type Architecture = 'amd64' | 'arm64';

/** The architecture of this process as OCI names it; `undefined` for one that images are not made for. */
export function architectureOf(processArch: string): Architecture | undefined {
  if (processArch === 'x64') return 'amd64';
  return processArch === 'arm64' ? 'arm64' : undefined;
}

/** What a container of the image runs, and how: the subset of the OCI image configuration that is used here. */
export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingFolder?: string;
  readonly ports?: readonly number[];
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a layer's `fill` may use. */
export interface FillContext {
  readonly signal: AbortSignal;
  /** An empty folder for whatever is needed on the way; removed afterwards. */
  readonly scratch: string;
  /** The finished tar of a layer that this one names in `needs`. */
  readonly tarOf: (layer: Layer) => string;
}

/** One layer: a name, the hash of everything that decides its content, and how its files are put into an empty folder. */
export interface Layer {
  readonly name: string;
  readonly key: string;
  /** Layers whose tars `fill` reads; built first. */
  readonly needs?: readonly Layer[];
  readonly fill: (root: string, context: FillContext) => Promise<void>;
}

/** A whole image: layers from the lowest to the topmost, and the configuration. */
export interface Recipe {
  /** Repository and tag, for example `kubeslice/demo:0.1.0`. */
  readonly reference: string;
  readonly architecture: Architecture;
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}
