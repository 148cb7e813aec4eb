import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';

/**
 * A shallow copy of a message with some fields replaced: unknown fields and all other values are shared with the
 * original, so weights are not copied.
 */
export function copyWith<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  changes: Partial<MessageShape<Desc>>,
): MessageShape<Desc> {
  return Object.assign(create(schema), message, changes);
}
