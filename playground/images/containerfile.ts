import type { ImageConfig } from './recipe.ts';

/**
 * The text of a Containerfile that builds the same image from a build context of `stageImage`.
 *
 * With it, any builder (podman, buildah, docker, kaniko) can build and push the image, without knowing how the files were made.
 */
export function containerfile(config: ImageConfig): string {
  const { entrypoint, command, environment = {}, workingFolder, ports = [], user, labels = {} } = config;
  const lines = [
    '# Made from the recipe in playground/images/recipes by: npm run build -- --containerfiles',
    '# The context, a folder with "root" in it, is made by: npm run build -- --stage',
    'FROM scratch',
    'COPY root/ /',
    ...Object.entries(environment).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    ...(workingFolder === undefined ? [] : [`WORKDIR ${workingFolder}`]),
    ...ports.map((port) => `EXPOSE ${port}`),
    ...(user === undefined ? [] : [`USER ${user}`]),
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${JSON.stringify(entrypoint)}`]),
    ...(command === undefined ? [] : [`CMD ${JSON.stringify(command)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
