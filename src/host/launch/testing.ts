// Entry point of the bundle with the Test Explorer and the tasks.

export { launchTasks, resolveLaunchTask } from './launchTasks';
export { LaunchTree, type TreeContext } from './launchTree';
