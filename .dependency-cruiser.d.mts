import type { IConfiguration, ICruiseOptions, IFlattenedRuleSet, IResolveOptions } from 'dependency-cruiser';

declare const config: IFlattenedRuleSet &
  IConfiguration & { options: ICruiseOptions & { enhancedResolveOptions: Partial<IResolveOptions> } };
export default config;
