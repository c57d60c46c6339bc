import type { LinkAttachInfo } from '../../../syscall/index.ts';
import type { BpfLink } from '../../core/link.ts';

/** What a link of one type is, before it has an id: the rest of `BpfLink` is none or 0. */
export interface NewLink extends Partial<Omit<BpfLink, 'id' | 'type' | 'attach'>> {
  /** BPF_LINK_TYPE_* */
  readonly type: number;
  readonly attach: LinkAttachInfo;
}
