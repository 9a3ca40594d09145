/** Probability distributions under PyTorch's names (`torch.distributions`). */
export { Bernoulli, type BernoulliOptions } from "./bernoulli.ts";
export { Beta, type BetaOptions } from "./beta.ts";
export { Binomial, type BinomialOptions } from "./binomial.ts";
export { Categorical, type CategoricalOptions } from "./categorical.ts";
export { Cauchy, type CauchyOptions } from "./cauchy.ts";
export { Chi2, type Chi2Options } from "./chi2.ts";
export { biject_to, ConstraintRegistry, transform_to, type TransformFactory } from "./constraint_registry.ts";
export * as constraints from "./constraints/index.ts";
export { ContinuousBernoulli, type ContinuousBernoulliOptions } from "./continuous_bernoulli.ts";
export { Dirichlet, type DirichletOptions } from "./dirichlet.ts";
export { Distribution, type DistributionOptions, type Shape } from "./distribution.ts";
export { ExponentialFamily } from "./exp_family.ts";
export { Exponential, type ExponentialOptions } from "./exponential.ts";
export { FisherSnedecor, type FisherSnedecorOptions } from "./fishersnedecor.ts";
export { Gamma, type GammaOptions } from "./gamma.ts";
export { Geometric, type GeometricOptions } from "./geometric.ts";
export { Gumbel, type GumbelOptions } from "./gumbel.ts";
export { HalfCauchy, type HalfCauchyOptions } from "./half_cauchy.ts";
export { HalfNormal, type HalfNormalOptions } from "./half_normal.ts";
export { Independent, type IndependentOptions } from "./independent.ts";
export { Kumaraswamy } from "./kumaraswamy.ts";
export * as kl from "./kl/index.ts";
export { type DistributionClass, type Divergence, kl_divergence, register_kl } from "./kl/index.ts";
export { Laplace, type LaplaceOptions } from "./laplace.ts";
export { LKJCholesky, type LKJCholeskyOptions } from "./lkj_cholesky.ts";
export { LogNormal } from "./log_normal.ts";
export { LogisticNormal } from "./logistic_normal.ts";
export { LowRankMultivariateNormal, type LowRankMultivariateNormalOptions } from "./lowrank_multivariate_normal.ts";
export { MixtureSameFamily, type MixtureSameFamilyOptions } from "./mixture_same_family.ts";
export { Multinomial, type MultinomialOptions } from "./multinomial.ts";
export { type CovarianceOptions, MultivariateNormal, type MultivariateNormalOptions } from "./multivariate_normal.ts";
export { NegativeBinomial, type NegativeBinomialOptions } from "./negative_binomial.ts";
export { Normal, type NormalOptions } from "./normal.ts";
export {
  OneHotCategorical,
  type OneHotCategoricalOptions,
  OneHotCategoricalStraightThrough,
} from "./one_hot_categorical.ts";
export { Pareto, type ParetoOptions } from "./pareto.ts";
export { Poisson, type PoissonOptions } from "./poisson.ts";
export { LogitRelaxedBernoulli, RelaxedBernoulli, type RelaxedBernoulliOptions } from "./relaxed_bernoulli.ts";
export {
  ExpRelaxedCategorical,
  RelaxedOneHotCategorical,
  type RelaxedOneHotCategoricalOptions,
} from "./relaxed_categorical.ts";
export { StudentT, type StudentTOptions } from "./studentT.ts";
export { TransformedDistribution, type TransformedDistributionOptions } from "./transformed_distribution.ts";
export * from "./transforms/index.ts";
export * as transforms from "./transforms/index.ts";
export { Uniform, type UniformOptions } from "./uniform.ts";
export * as utils from "./utils.ts";
export { VonMises, type VonMisesOptions } from "./von_mises.ts";
export { Weibull, type WeibullOptions } from "./weibull.ts";
export { Wishart, type WishartOptions } from "./wishart.ts";
