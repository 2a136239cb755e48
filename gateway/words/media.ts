/** What an answer has besides text: given whole while it is small, else as a link under which its owner reads it. */
import type { ContentBlock } from '@modelcontextprotocol/server';
import type { JobRef } from '../ids';
import { contentUri } from './resource-uri';

/** Most media of one result in an answer, characters of base64 (375 kB). Clients have been seen to refuse answers over 1 MB. */
const MEDIA_MAX = 500_000;

/** A picture, a sound or a file. */
export interface Media {
  /** Base64. */
  readonly data: string;
  readonly mimeType: string;
}

/** The media in a block; undefined when there are none. */
export function mediaIn(block: ContentBlock): Media | undefined {
  switch (block.type) {
    case 'image':
    case 'audio':
      return { data: block.data, mimeType: block.mimeType };
    case 'resource':
      return 'blob' in block.resource
        ? { data: block.resource.blob, mimeType: block.resource.mimeType ?? 'application/octet-stream' }
        : undefined;
    default:
      return undefined;
  }
}

/** The content with links, and a sentence for who cannot follow them, in place of the media that are too large. */
export function withMediaLinked(content: readonly ContentBlock[], ref: JobRef): ContentBlock[] {
  let left = MEDIA_MAX;
  return content.flatMap((block, n): ContentBlock[] => {
    const media = mediaIn(block);
    if (!media || media.data.length <= left) {
      left -= media?.data.length ?? 0;
      return [block];
    }
    const uri = contentUri(ref.id, n);
    const size = Buffer.byteLength(media.data, 'base64');
    const what = `${media.mimeType}, ${size} bytes`;
    return [
      { type: 'text', text: `[${what}: too large for this answer. It can be read as a resource: ${uri}]` },
      {
        type: 'resource_link',
        uri,
        name: `${ref.id} content ${n}`,
        mimeType: media.mimeType,
        size,
        ...(block.annotations && { annotations: block.annotations }),
      },
    ];
  });
}
