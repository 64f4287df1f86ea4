// All targets. A test fails when a function that takes bytes or text from outside is run by none of them.

import type { Target } from './target';
import { CHECK_TARGETS } from './targets/checks';
import { COMMAND_TARGETS } from './targets/commands';
import { DUMP_TARGETS } from './targets/dumps';
import { FIELD_TARGETS } from './targets/fields';
import { HEADER_TARGETS } from './targets/headers';
import { HOST_TARGETS } from './targets/hosts';
import { ID_BLOCK_TARGETS } from './targets/idBlocks';
import { IMAGE_TARGETS } from './targets/images';
import { LAUNCH_TARGETS } from './targets/launches';
import { MESSAGE_TARGETS } from './targets/messages';
import { PAGE_TARGETS } from './targets/pages';
import { REFERENCE_TARGETS } from './targets/references';
import { REPORT_TARGETS } from './targets/reports';
import { SAFE_TEXT_TARGETS } from './targets/safeTexts';
import { TEXT_TARGETS } from './targets/texts';
import { TRACE_TARGETS } from './targets/traces';
import { VOLUME_TARGETS } from './targets/volumes';
import { WORKER_TARGETS } from './targets/workers';
import { WRITER_TARGETS } from './targets/writers';

/** The targets, by what they read. */
export const TARGETS: readonly Target[] = [
  ...IMAGE_TARGETS,
  ...VOLUME_TARGETS,
  ...HEADER_TARGETS,
  ...PAGE_TARGETS,
  ...DUMP_TARGETS,
  ...FIELD_TARGETS,
  ...TEXT_TARGETS,
  ...SAFE_TEXT_TARGETS,
  ...REPORT_TARGETS,
  ...LAUNCH_TARGETS,
  ...REFERENCE_TARGETS,
  ...TRACE_TARGETS,
  ...ID_BLOCK_TARGETS,
  ...CHECK_TARGETS,
  ...HOST_TARGETS,
  ...WORKER_TARGETS,
  ...MESSAGE_TARGETS,
  ...COMMAND_TARGETS,
  ...WRITER_TARGETS,
];
