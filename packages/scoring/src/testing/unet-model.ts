import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';

const WIDTH = 8;

/** Height and width of the images that it takes. */
export const IMAGE_SIDE = 8;

/** A U-Net of two levels for images of two channels: input `x`, output `y` of one channel. `enc1.a` makes nothing but zeros. */
export function unetModel(): OnnxModel {
  const g = new GraphBuilder('unet', { seed: 6 });
  const conv = (name: string, x: string, out = WIDTH): string =>
    g.relu(`${name}.relu`, g.conv(name, x, { out, in: g.channelsOf(x) }));
  const zeros = (name: string, x: string): string => {
    const dims = [WIDTH, g.channelsOf(x), 3, 3];
    const weight = g.initializer(`${name}.weight`, constantData(dims, new Float32Array(WIDTH * g.channelsOf(x) * 9)));
    return g.relu(`${name}.relu`, g.node('Conv', [x, weight], { pads: [1, 1, 1, 1] }, { name, channels: WIDTH }));
  };
  const skip = conv('enc0.b', conv('enc0.a', g.input('x', 'float32', ['n', 2, IMAGE_SIDE, IMAGE_SIDE])));
  const pooled = g.maxPool('pool', skip, { kernel: 2 });
  const inner = conv('enc1.b', g.concat('enc1.cat', [zeros('enc1.a', pooled), pooled]));
  const scales = g.initializer('scales', constantData([4], Float32Array.of(1, 1, 2, 2)));
  const risen = g.node('Resize', [inner, '', scales], { mode: 'nearest' }, { name: 'up', channels: WIDTH });
  const joined = conv('dec0', g.concat('cat', [skip, risen]));
  return g.output(g.conv('head', joined, { out: 1, kernel: 1 }), { as: 'y' }).build();
}
