import { fewLaunches } from './few-launches.ts';

fewLaunches('few launches');
