# Reference values for tests/stats, computed by R and its packages; run by hand, never by the tests:
#   Rscript tests/reference/make_reference.R
# It writes samples.csv (the pairs), one CSV of results a topic, and VERSIONS.txt into its own folder. Every number
# keeps 17 significant digits; the values of one sample are joined by ";". An empty field: R gives no number.

suppressWarnings(suppressPackageStartupMessages({
  library(coin)
  library(exactRankTests)
}))
folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
set.seed(137)
alternatives <- c("two.sided", "less", "greater")

digits <- function(x) if (is.numeric(x)) ifelse(is.na(x), "", sprintf("%.17g", x)) else ifelse(is.na(x), "", x)
joined <- function(x) paste(digits(x), collapse = ";")
save_csv <- function(rows, name) {
  frame <- do.call(rbind, lapply(rows, function(row) as.data.frame(lapply(row, digits), stringsAsFactors = FALSE)))
  write.table(frame, file.path(folder, name), sep = ",", quote = FALSE, row.names = FALSE)
  cat(name, nrow(frame), "\n")
}
quietly <- function(expression) tryCatch(suppressWarnings(expression), error = function(e) NA_real_)
dashed <- function(alternative) sub(".", "-", alternative, fixed = TRUE)

# --- samples of pairs: every small n, ties, zeros, one distinct change, large and small numbers, falls only ---------
pairs_of <- function(kind, n) {
  decimals <- switch(kind, large = 0, small = 12, tied = 1, zeros = 1, constant = 2, unchanged = 1, 3)
  unit <- 10^-decimals
  change <- switch(kind,
    plain = round(rnorm(n, -0.4), 3),
    falls = -round(rexp(n), 3) - 0.001,
    tied = sample(c(-3, -2, -1, 1, 2), n, replace = TRUE) * unit,
    zeros = sample(-2:2, n, replace = TRUE, prob = c(3, 2, 3, 1, 1)) * unit,
    constant = rep(-0.25, n),
    unchanged = rep(0, n),
    large = round(rnorm(n, -1e9, 3e9)),
    small = round(rnorm(n, 0, 4e-10), 12))
  baseline <- switch(kind, large = round(runif(n, 1e10, 1e11)), small = round(runif(n, 1e-9, 2e-9), 12),
                     round(runif(n, 5, 60), decimals))
  list(baseline = baseline, followup = round(baseline + change, decimals), decimals = decimals)
}
samples <- list()
for (kind in c("plain", "falls", "tied", "zeros", "constant", "unchanged", "large", "small")) {
  sizes <- switch(kind, unchanged = c(1, 2, 5), constant = c(1:12, 30), c(1:12, 20, 45))
  for (n in sizes) samples[[paste(kind, n, sep = "_")]] <- pairs_of(kind, n)
}
for (n in c(80, 200)) for (kind in c("tied", "zeros")) samples[[paste(kind, n, sep = "_")]] <- pairs_of(kind, n)
# The flagship's patterns of change: DAS-CRP with one small rise, ESR and CRP falling in all.
samples$das_crp <- list(
  baseline = c(5.1, 5.3, 5.1, 4.9, 5.2, 1.6), followup = c(2.2, 2.9, 1.3, 2.3, 2.4, 1.7), decimals = 1)
samples$esr <- list(baseline = c(35, 87, 15, 40, 22, 35), followup = c(2, 7, 1, 3, 2, 5), decimals = 0)
samples$crp <- list(
  baseline = c(69.2, 9.1, 292.6, 45, 120.3, 15.5, 80), followup = c(1.2, 0.6, 1.4, 0.9, 1.3, 0.6, 1.2), decimals = 1)
save_csv(lapply(names(samples), function(name) with(samples[[name]], list(
  case = name, baseline = joined(baseline), followup = joined(followup), decimals = decimals))), "samples.csv")
change_of <- function(sample) round(sample$followup - sample$baseline, sample$decimals)

# --- Wilcoxon signed-rank: base R, coin, exactRankTests ----------------------------------------------------------
coin_p <- function(change, alternative, zero_method, distribution) {
  frame <- data.frame(y = change, x = 0)
  quietly(as.numeric(pvalue(wilcoxsign_test(y ~ x, data = frame, distribution = distribution,
                                            zero.method = zero_method, alternative = alternative))))
}
signed_rank <- list()
for (name in names(samples)) for (alternative in alternatives) {
  sample <- samples[[name]]
  change <- change_of(sample)
  moved <- change[change != 0]
  distinct <- length(moved) == length(change) && !anyDuplicated(abs(change))
  none <- length(moved) == 0
  base <- function(...) if (none) NA_real_ else quietly(wilcox.test(change, alternative = alternative, ...)$p.value)
  signed_rank[[length(signed_rank) + 1]] <- list(
    case = name, alternative = dashed(alternative),
    statistic = if (none) NA else sum(rank(abs(moved))[moved > 0]),
    base_exact = if (distinct) base(exact = TRUE) else NA,
    exactranktests_exact =
      if (none) NA else quietly(wilcox.exact(change, alternative = alternative, exact = TRUE)$p.value),
    coin_wilcoxon_exact = if (none) NA else coin_p(change, alternative, "Wilcoxon", exact()),
    coin_pratt_exact = if (none) NA else coin_p(change, alternative, "Pratt", exact()),
    coin_pratt_asymptotic = if (none) NA else coin_p(change, alternative, "Pratt", "asymptotic"),
    asymptotic = base(exact = FALSE, correct = FALSE),
    asymptotic_corrected = base(exact = FALSE, correct = TRUE))
}
save_csv(signed_rank, "signed_rank.csv")

# --- Effect sizes: Walsh averages and psignrank; wilcox.test(conf.int = TRUE) where nothing is tied --------------
effects <- list()
for (name in names(samples)) for (level in c(0.95, 0.9)) {
  sample <- samples[[name]]
  change <- change_of(sample)
  n <- length(change)
  walsh <- sort(outer(change, change, "+")[lower.tri(diag(n), diag = TRUE)] / 2)
  depth <- sum(psignrank(0:(n * (n + 1) / 2), n) <= (1 - level) / 2)
  distinct <- all(change != 0) && !anyDuplicated(abs(change))
  theirs <- if (distinct && depth > 0) wilcox.test(change, conf.int = TRUE, conf.level = level, exact = TRUE) else NULL
  moved <- change[change != 0]
  ranks <- rank(abs(moved))
  biserial <- if (length(moved)) sum(ranks * sign(moved)) / sum(ranks) else NA
  reach <- qnorm((1 + level) / 2) * sqrt(sum(ranks^2)) / sum(ranks)
  inside <- !is.na(biserial) && abs(biserial) < 1
  effects[[length(effects) + 1]] <- list(
    case = name, conf_level = level, estimate = median(walsh),
    conf_low = if (depth) walsh[depth] else NA, conf_high = if (depth) rev(walsh)[depth] else NA,
    achieved = if (depth) 1 - 2 * psignrank(depth - 1, n) else NA,
    wilcox_estimate = if (is.null(theirs)) NA else theirs$estimate,
    wilcox_low = if (is.null(theirs)) NA else theirs$conf.int[1],
    wilcox_high = if (is.null(theirs)) NA else theirs$conf.int[2],
    median_difference = median(change),
    rank_biserial = biserial,
    rank_biserial_low = if (inside) tanh(atanh(biserial) - reach) else NA,
    rank_biserial_high = if (inside) tanh(atanh(biserial) + reach) else NA)
}
save_csv(effects, "effect_size.csv")

# --- paired t and sign test (t.test, binom.test) -------------------------------------------------------------------
simple <- list()
for (name in names(samples)) for (alternative in alternatives) {
  sample <- samples[[name]]
  change <- change_of(sample)
  unit <- 10^-sample$decimals
  whole <- round(change / unit)  # whole units, so that a mean of zero is zero
  up <- sum(change > 0)
  moved <- sum(change != 0)
  spread <- length(unique(whole)) > 1
  test <- if (spread) t.test(whole, alternative = alternative) else NULL
  both <- if (spread) t.test(whole, conf.level = 0.9) else NULL
  sign <- if (moved) binom.test(up, moved, alternative = alternative) else NULL
  simple[[length(simple) + 1]] <- list(
    case = name, alternative = dashed(alternative),
    t = if (spread) test$statistic else NA, t_p = if (spread) test$p.value else NA,
    mean = mean(whole) * unit,
    t_low_90 = if (spread) both$conf.int[1] * unit else NA,
    t_high_90 = if (spread) both$conf.int[2] * unit else NA,
    sign_statistic = if (moved) up else NA, sign_p = if (moved) sign$p.value else NA)
}
save_csv(simple, "t_and_sign.csv")

# --- descriptions: quantile(type = 7), mean, sd ---------------------------------------------------------------------
described <- list()
for (name in names(samples)) {
  x <- samples[[name]]$followup
  quartiles <- quantile(x, c(0.25, 0.5, 0.75), type = 7, names = FALSE)
  described[[length(described) + 1]] <- list(
    case = name, n = length(x), median = median(x), min = min(x), max = max(x),
    q1 = quartiles[1], q3 = quartiles[3], mean = mean(x), sd = sd(x),
    geometric_mean = if (all(x > 0)) exp(mean(log(x))) else NA)
}
save_csv(described, "description.csv")

# --- McNemar: the exact test is binom.test on the pairs that changed ------------------------------------------------
mcnemar <- list()
for (to_yes in c(0, 1, 2, 5, 9)) for (to_no in c(0, 1, 3, 7, 40)) for (alternative in alternatives) {
  if (to_yes + to_no == 0) next
  test <- binom.test(to_yes, to_yes + to_no, alternative = alternative)
  both <- binom.test(to_yes, to_yes + to_no)
  mcnemar[[length(mcnemar) + 1]] <- list(
    to_yes = to_yes, to_no = to_no, alternative = dashed(alternative), p_value = test$p.value,
    estimate = test$estimate, conf_low = both$conf.int[1], conf_high = both$conf.int[2])
}
save_csv(mcnemar, "mcnemar.csv")

# --- proportions: binom.test (Clopper-Pearson), prop.test without correction (Wilson) -------------------------------
proportions <- list()
for (total in c(1, 2, 5, 8, 13, 100, 2500)) for (n in unique(c(0, 1, floor(total / 3), total - 1, total)))
  for (level in c(0.9, 0.95, 0.99)) {
    exact <- binom.test(n, total, conf.level = level)$conf.int
    score <- suppressWarnings(prop.test(n, total, conf.level = level, correct = FALSE))$conf.int
    proportions[[length(proportions) + 1]] <- list(
      n = n, total = total, conf_level = level, estimate = n / total, exact_low = exact[1], exact_high = exact[2],
      wilson_low = score[1], wilson_high = score[2])
  }
save_csv(proportions, "proportion.csv")

# --- rates: poisson.test --------------------------------------------------------------------------------------------
rates <- list()
for (events in c(0, 1, 2, 7, 30, 450)) for (years in c(0.5, 13.7, 812.25)) for (level in c(0.9, 0.95)) {
  test <- poisson.test(events, years, conf.level = level)
  rates[[length(rates) + 1]] <- list(
    events = events, patient_years = years, conf_level = level, estimate = 100 * test$estimate,
    conf_low = 100 * test$conf.int[1], conf_high = 100 * test$conf.int[2])
}
save_csv(rates, "rate.csv")

# --- Friedman: friedman.test; visits are joined by "|" --------------------------------------------------------------
repeated <- list()
for (n in c(2:8, 15, 60)) for (k in 3:5) for (kind in c("plain", "tied")) {
  x <- matrix(if (kind == "plain") round(rnorm(n * k), 3) else sample(1:3, n * k, replace = TRUE), n, k)
  test <- suppressWarnings(friedman.test(x))
  repeated[[length(repeated) + 1]] <- list(
    case = paste(kind, n, k, sep = "_"), visits = paste(apply(x, 2, joined), collapse = "|"),
    statistic = if (is.nan(test$statistic)) NA else test$statistic,
    p_value = if (is.nan(test$p.value)) NA else test$p.value)
}
save_csv(repeated, "friedman.csv")

# --- adjusted p values: p.adjust ------------------------------------------------------------------------------------
adjusted <- list()
for (m in c(1:6, 12, 40)) for (kind in c("spread", "tied")) {
  p <- if (kind == "spread") runif(m)^3 else sample(c(0, 0.01, 0.02, 0.04, 1), m, replace = TRUE)
  adjusted[[length(adjusted) + 1]] <- list(
    p_values = joined(p), holm = joined(p.adjust(p, "holm")), benjamini_hochberg = joined(p.adjust(p, "BH")))
}
save_csv(adjusted, "multiplicity.csv")

# --- DAS28-CRP: its formula, over the whole range of its four components -----------------------------------------------
das28 <- expand.grid(tender = c(0, 1, 28), swollen = c(0, 7, 28), crp = c(0, 0.6, 292.6), health = c(0, 37, 100))
das28$score <- with(das28, 0.56 * sqrt(tender) + 0.28 * sqrt(swollen) + 0.36 * log(crp + 1) + 0.014 * health + 0.96)
save_csv(split(das28, seq_len(nrow(das28))), "das28_crp.csv")

versions <- c(R.version.string, sapply(c("coin", "exactRankTests", "libcoin"),
                                       function(name) paste(name, packageVersion(name))))
writeLines(versions, file.path(folder, "VERSIONS.txt"))
