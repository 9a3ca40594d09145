"""Records what PyTorch's distributions give, in float64: python3 record.py (writes recorded.json beside it)."""
import json, math, os, warnings
import torch
import torch.distributions as D
from torch.distributions import transforms as t
from torch.distributions.kl import _KL_REGISTRY

warnings.filterwarnings("ignore")
T = lambda x: torch.tensor(x, dtype=torch.float64)


def enc(value):
    if isinstance(value, (int, float)):
        value = T(float(value))
    def f(x):
        if isinstance(x, list):
            return [f(i) for i in x]
        x = float(x)
        return "NaN" if math.isnan(x) else "Infinity" if x == math.inf else "-Infinity" if x == -math.inf else x
    return f(value.detach().tolist())


def A(x):
    return {"t": x}


def dec(v):
    """{t: data} is a tensor, {d: class, k: arguments} a distribution, {tr: class, a: arguments, inv} a transform."""
    if isinstance(v, dict) and "t" in v:
        return T(v["t"])
    if isinstance(v, dict) and "d" in v:
        return getattr(D, v["d"])(**{k: dec(x) for k, x in v["k"].items()})
    if isinstance(v, dict) and "tr" in v:
        x = getattr(D, v["tr"])(*[dec(a) for a in v.get("a", [])])
        return x.inv if v.get("inv") else x
    if isinstance(v, list) and v and isinstance(v[0], dict):
        return [dec(x) for x in v]
    return v


cases=[
 ("Bernoulli",{"logits":A([0.3,-2.0])}),
 ("Bernoulli",{"probs":A([0.3,0.5])}),
 ("Beta",{"concentration1":A([0.5,2.0]),"concentration0":A([1.5,0.7])}),
 ("Binomial",{"total_count":5,"probs":A([0.3,0.6])}),
 ("Binomial",{"total_count":5,"logits":A([0.3,-0.6])}),
 ("Categorical",{"probs":A([[0.1,0.9,2.0],[0.5,0.5,0.3]])}),
 ("Categorical",{"logits":A([0.1,0.9,2.0])}),
 ("Cauchy",{"loc":A([0.1,0.9]),"scale":A([0.5,3.0])}),
 ("Chi2",{"df":A([1.5,4.0])}),
 ("ContinuousBernoulli",{"probs":A([0.2,0.4999,0.7])}),
 ("ContinuousBernoulli",{"logits":A([0.2,-3.0])}),
 ("Dirichlet",{"concentration":A([[0.5,1.0,3.0],[0.5,0.2,0.7]])}),
 ("Exponential",{"rate":A([0.5,3.0])}),
 ("FisherSnedecor",{"df1":A([1.5,5.0,3.0]),"df2":A([3.0,7.0,1.0])}),
 ("Gamma",{"concentration":A([0.5,3.0]),"rate":A([1.5,0.4])}),
 ("Geometric",{"probs":A([0.5,0.3])}),
 ("Geometric",{"logits":A([0.5,-0.3])}),
 ("Gumbel",{"loc":A([0.5,-0.3]),"scale":A([1.0,2.0])}),
 ("HalfCauchy",{"scale":A([1.0,2.0])}),
 ("HalfNormal",{"scale":A([1.0,2.0])}),
 ("Independent",{"base_distribution":{"d":"Normal","k":{"loc":A([[0.5,1.0],[2.0,3.0]]),"scale":A([1.0,2.0])}},"reinterpreted_batch_ndims":1}),
 ("Kumaraswamy",{"concentration1":A([1.5,2.0]),"concentration0":A([1.2,3.0])}),
 ("LKJCholesky",{"dim":3,"concentration":A([1.5,0.7])}),
 ("Laplace",{"loc":A([1.5,2.0]),"scale":A([1.2,3.0])}),
 ("LogNormal",{"loc":A([0.5,0.2]),"scale":A([0.2,0.3])}),
 ("LogisticNormal",{"loc":A([[0.5,0.2],[1.0,-1.0]]),"scale":A([0.2,0.3])}),
 ("LowRankMultivariateNormal",{"loc":A([[0.5,0.2],[0.3,0.1]]),"cov_factor":A([[1.0],[0.3]]),"cov_diag":A([0.5,0.7])}),
 ("MixtureSameFamily",{"mixture_distribution":{"d":"Categorical","k":{"probs":A([0.2,0.8])}},"component_distribution":{"d":"Normal","k":{"loc":A([-1.0,1.0]),"scale":A([0.5,2.0])}}}),
 ("MixtureSameFamily",{"mixture_distribution":{"d":"Categorical","k":{"probs":A([0.2,0.8])}},"component_distribution":{"d":"Independent","k":{"base_distribution":{"d":"Normal","k":{"loc":A([[-1.0,1.0],[0.0,2.0]]),"scale":A([0.5,2.0])}},"reinterpreted_batch_ndims":1}}}),
 ("Multinomial",{"total_count":4,"probs":A([0.2,0.5,0.3])}),
 ("MultivariateNormal",{"loc":A([[0.5,0.2],[0.3,0.1]]),"covariance_matrix":A([[2.0,0.5],[0.5,1.0]])}),
 ("MultivariateNormal",{"loc":A([0.5,0.2]),"precision_matrix":A([[2.0,0.5],[0.5,1.0]])}),
 ("MultivariateNormal",{"loc":A([0.5,0.2]),"scale_tril":A([[[2.0,0.0],[0.5,1.0]],[[1.0,0.0],[-0.5,0.7]]])}),
 ("NegativeBinomial",{"total_count":A([3.0,5.0]),"probs":A([0.2,0.7])}),
 ("NegativeBinomial",{"total_count":4,"logits":A([0.2,-0.7])}),
 ("Normal",{"loc":A([3.0,5.0]),"scale":A([0.2,0.7])}),
 ("Normal",{"loc":0.5,"scale":2.0}),
 ("OneHotCategorical",{"probs":A([[0.1,0.9,2.0],[0.5,0.5,0.3]])}),
 ("OneHotCategoricalStraightThrough",{"logits":A([0.1,0.9,2.0])}),
 ("Pareto",{"scale":A([1.0,2.0]),"alpha":A([1.5,3.0])}),
 ("Poisson",{"rate":A([1.5,3.0])}),
 ("RelaxedBernoulli",{"temperature":A([1.5,0.7]),"probs":A([0.3,0.6])}),
 ("RelaxedOneHotCategorical",{"temperature":A(1.5),"logits":A([0.3,0.6,-1.0])}),
 ("StudentT",{"df":A([0.5,1.5,3.0]),"loc":A([0.3,0.6,-1.0]),"scale":A([1.0,2.0,0.5])}),
 ("TransformedDistribution",{"base_distribution":{"d":"Uniform","k":{"low":A([0.0,0.0]),"high":A([1.0,1.0])}},"transforms":[{"tr":"SigmoidTransform","inv":True},{"tr":"AffineTransform","a":[1.0,-2.0]}]}),
 ("Uniform",{"low":A([0.0,-1.0]),"high":A([1.0,3.0])}),
 ("VonMises",{"loc":A([0.3,1.0]),"concentration":A([0.5,6.0])}),
 ("Weibull",{"scale":A([0.3,1.0]),"concentration":A([1.5,6.0])}),
 ("Wishart",{"df":A([3.0,4.5]),"covariance_matrix":A([[2.0,0.5],[0.5,1.0]])}),
 ("Wishart",{"df":A(4.0),"scale_tril":A([[2.0,0.0],[0.5,1.0]])}),
]

out = []
for name,kw in cases:
    d=getattr(D,name)(**{k:dec(v) for k,v in kw.items()})
    c={"name":name,"kwargs":kw,"repr":repr(d),"batch_shape":list(d.batch_shape),"event_shape":list(d.event_shape)}
    torch.manual_seed(3); s=d.sample((3,)); c["sample"]=enc(s)
    if d.has_rsample:
        torch.manual_seed(3); c["rsample"]=enc(d.rsample((2,)))
    c["log_prob"]=enc(d.log_prob(s))
    for p in ["mean","mode","variance","stddev"]:
        try: c[p]=enc(getattr(d,p))
        except NotImplementedError: pass
    for p in ["entropy","perplexity"]:
        try: c[p]=enc(getattr(d,p)())
        except NotImplementedError: pass
    try:
        y=d.cdf(s); c["cdf"]=enc(y)
        x=d.icdf(torch.full_like(s,0.3)); c["icdf"]=enc(x)
    except NotImplementedError: pass
    if d.has_enumerate_support:
        c["enumerate_support"]=enc(d.enumerate_support()); c["enumerate_shape"]=list(d.enumerate_support(expand=False).shape)
    e=getattr(D,name)(**{k:dec(v) for k,v in kw.items()}).expand([2]+list(d.batch_shape)); fresh=repr(e); torch.manual_seed(5); x=e.sample(); c["expanded"]={"sample":enc(x),"log_prob":enc(e.log_prob(x)),"repr":fresh}
    out.append(c)
distributions = out
N = lambda l, s: {"d": "Normal", "k": {"loc": A(l), "scale": A(s)}}
par={
"Bernoulli":[{"probs":A([0.3,0.0,1.0])},{"probs":A([0.6,0.2,1.0])}],
"Beta":[{"concentration1":A([0.5,2.0]),"concentration0":A([1.5,0.7])},{"concentration1":A([1.5,1.0]),"concentration0":A([0.5,0.9])}],
"Binomial":[{"total_count":5,"probs":A([0.3,0.6])},{"total_count":A([5.0,4.0]),"probs":A([0.5,0.9])}],
"Categorical":[{"probs":A([[0.1,0.9,0.0],[0.5,0.5,0.3]])},{"probs":A([[0.3,0.3,0.3],[0.5,0.0,0.2]])}],
"Cauchy":[{"loc":A([0.1,0.9]),"scale":A([0.5,3.0])},{"loc":A([1.1,0.9]),"scale":A([1.5,2.0])}],
"ContinuousBernoulli":[{"probs":A([0.2,0.5])},{"probs":A([0.3,0.8])}],
"Dirichlet":[{"concentration":A([[0.5,1.0,3.0],[0.5,0.2,0.7]])},{"concentration":A([0.7,1.4,2.0])}],
"Exponential":[{"rate":A([0.5,3.0])},{"rate":A([1.5,2.0])}],
"Gamma":[{"concentration":A([0.5,3.0]),"rate":A([1.5,0.4])},{"concentration":A([1.5,2.0]),"rate":A([0.5,0.4])}],
"Geometric":[{"probs":A([0.5,0.3])},{"probs":A([0.2,0.7])}],
"Gumbel":[{"loc":A([0.5,-0.3]),"scale":A([1.0,2.0])},{"loc":A([0.1,-0.1]),"scale":A([1.5,1.0])}],
"HalfNormal":[{"scale":A([1.0,2.0])},{"scale":A([1.5,1.2])}],
"Independent":[{"base_distribution":N([[0.5,1.0],[2.0,3.0]],[1.0,2.0]),"reinterpreted_batch_ndims":1},{"base_distribution":N([[0.1,1.0],[1.0,3.0]],[1.0,1.5]),"reinterpreted_batch_ndims":1}],
"Laplace":[{"loc":A([1.5,2.0]),"scale":A([1.2,3.0])},{"loc":A([1.0,0.0]),"scale":A([1.7,1.0])}],
"LowRankMultivariateNormal":[{"loc":A([[0.5,0.2],[0.3,0.1]]),"cov_factor":A([[1.0],[0.3]]),"cov_diag":A([0.5,0.7])},{"loc":A([0.1,0.9]),"cov_factor":A([[0.5],[0.1]]),"cov_diag":A([0.9,0.2])}],
"MultivariateNormal":[{"loc":A([[0.5,0.2],[0.3,0.1]]),"covariance_matrix":A([[2.0,0.5],[0.5,1.0]])},{"loc":A([0.5,0.9]),"covariance_matrix":A([[1.0,-0.2],[-0.2,1.5]])}],
"Normal":[{"loc":A([3.0,5.0]),"scale":A([0.2,0.7])},{"loc":A([1.0,5.5]),"scale":A([0.5,0.3])}],
"OneHotCategorical":[{"probs":A([[0.1,0.9,2.0],[0.5,0.5,0.3]])},{"probs":A([0.3,0.3,0.4])}],
"Pareto":[{"scale":A([1.0,2.0]),"alpha":A([1.5,3.0])},{"scale":A([0.5,2.5]),"alpha":A([2.5,3.0])}],
"Poisson":[{"rate":A([1.5,3.0])},{"rate":A([2.5,1.0])}],
"TransformedDistribution":[{"base_distribution":N([0.5,1.0],[1.0,2.0]),"transforms":[{"tr":"ExpTransform"},{"tr":"AffineTransform","a":[0.0,2.0]}]},{"base_distribution":N([0.1,1.5],[1.0,2.0]),"transforms":[{"tr":"ExpTransform"},{"tr":"AffineTransform","a":[0.0,2.0]}]}],
"Uniform":[{"low":A([0.1,1.0]),"high":A([0.9,3.0])},{"low":A([0.0,1.5]),"high":A([1.0,3.0])}],
}
par["LogNormal"]=[{"loc":A([0.5,0.2]),"scale":A([0.2,0.3])},{"loc":A([0.1,0.2]),"scale":A([0.4,0.3])}]
pairs=[(p.__name__,q.__name__) for p,q in _KL_REGISTRY if p.__name__!="ExponentialFamily"]+[("LogNormal","LogNormal")]
out=[]
for p,q in sorted(pairs):
    if (p,q)==("Bernoulli","Poisson"): a,b={"probs":A([0.3,0.5])},par[q][1]
    elif (p,q) in [("Poisson","Bernoulli")]: a,b=par[p][0],{"probs":A([0.3,0.5])}
    else: a,b=par[p][0],par[q][1]
    P=getattr(D,p)(**{k:dec(v) for k,v in a.items()}); Q=getattr(D,q)(**{k:dec(v) for k,v in b.items()})
    out.append({"p":p,"q":q,"a":a,"b":b,"kl":enc(D.kl_divergence(P,Q))})
divergences = out
x1=[[0.3,-1.2,2.5],[0.0,25.0,-3.0]]; xp=[[0.3,1.2,2.5],[0.1,2.0,3.0]]; xm=[[0.3,-1.0],[0.5,0.7]]
defs={
"ExpTransform":(t.ExpTransform(),x1),
"PowerTransform":(t.PowerTransform(T(1.5)),xp),
"SigmoidTransform":(t.SigmoidTransform(),x1),
"SoftplusTransform":(t.SoftplusTransform(),x1),
"TanhTransform":(t.TanhTransform(),[[0.3,-1.2],[0.1,1.0]]),
"AbsTransform":(t.AbsTransform(),x1),
"AffineTransform":(t.AffineTransform(1.0,-2.0),x1),
"SoftmaxTransform":(t.SoftmaxTransform(),x1),
"StickBreakingTransform":(t.StickBreakingTransform(),x1),
"LowerCholeskyTransform":(t.LowerCholeskyTransform(),xm),
"CorrCholeskyTransform":(t.CorrCholeskyTransform(),x1),
"ReshapeTransform":(t.ReshapeTransform((3,),(1,3)),x1),
"ComposeTransform":(t.ComposeTransform([t.ExpTransform(),t.AffineTransform(T(1.0),T([2.0,3.0,4.0]),event_dim=1)]),x1),
"IndependentTransform":(t.IndependentTransform(t.ExpTransform(),1),x1),
"CatTransform":(t.CatTransform([t.ExpTransform(),t.AffineTransform(1.0,2.0)],dim=1,lengths=[1,2]),x1),
"StackTransform":(t.StackTransform([t.ExpTransform(),t.SigmoidTransform()],dim=0),x1),
"CumulativeDistributionTransform":(t.CumulativeDistributionTransform(D.Normal(T(0.5),T(2.0))),x1),
}
out = []
for k,(tr,x) in defs.items():
    x=T(x); y=tr(x); o={"name":k,"x":enc(x),"y":enc(y),"inverse":enc(tr.inv(y)),"repr":repr(tr),"inv_repr":repr(tr.inv),"forward_shape":list(tr.forward_shape(x.shape)),"inverse_shape":list(tr.inverse_shape(y.shape)),"bijective":tr.bijective,"domain":repr(tr.domain),"codomain":repr(tr.codomain)}
    try: o["jacobian"]=enc(tr.log_abs_det_jacobian(x,y))
    except NotImplementedError: pass
    out.append(o)

with open(os.path.join(os.path.dirname(__file__), "recorded.json"), "w") as file:
    json.dump({"distributions": distributions, "divergences": divergences, "transforms": out}, file)
