// All targets. A test fails when a function that takes bytes or text from outside is run by none of them.

import type { Target } from './target';
import { COMMAND_TARGETS } from './targets/commands';
import { HEADER_TARGETS } from './targets/headers';
import { HOST_TARGETS } from './targets/hosts';
import { IMAGE_TARGETS } from './targets/images';
import { LAUNCH_TARGETS } from './targets/launches';
import { MESSAGE_TARGETS } from './targets/messages';
import { PAGE_TARGETS } from './targets/pages';
import { TEXT_TARGETS } from './targets/texts';
import { VOLUME_TARGETS } from './targets/volumes';

/** The targets, by what they read. */
export const TARGETS: readonly Target[] = [
  ...IMAGE_TARGETS,
  ...VOLUME_TARGETS,
  ...HEADER_TARGETS,
  ...PAGE_TARGETS,
  ...TEXT_TARGETS,
  ...LAUNCH_TARGETS,
  ...HOST_TARGETS,
  ...MESSAGE_TARGETS,
  ...COMMAND_TARGETS,
];
