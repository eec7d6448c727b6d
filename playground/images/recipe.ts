/** Processor architecture in OCI notation. */
export type Architecture = 'amd64' | 'arm64';

/** The architecture of this process in OCI notation; `undefined` for an architecture without images. */
export function architectureOf(processArch: string): Architecture | undefined {
  if (processArch === 'x64') return 'amd64';
  return processArch === 'arm64' ? 'arm64' : undefined;
}

/** What a container of the image runs, and how: the used subset of the OCI image configuration. */
export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingFolder?: string;
  readonly ports?: readonly number[];
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Inputs of a layer's `fill`. */
export interface FillContext {
  readonly signal: AbortSignal;
  /** An empty folder for temporary files; removed afterwards. */
  readonly scratch: string;
  /** The finished tar of a layer that this one names in `needs`. */
  readonly tarOf: (layer: Layer) => string;
}

/** One layer: a name, the hash of all its inputs, and the function that fills an empty folder with its files. */
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
