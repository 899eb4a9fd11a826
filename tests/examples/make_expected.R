# Writes expected.csv: what R finds in the data of the examples, from its own copies of them.
# Run as: Rscript tests/examples/make_expected.R > tests/examples/expected.csv
# Written with R 4.2.2, MASS 7.3-58.2, survival 3.5-3, exactRankTests 0.8-35.
suppressMessages({library(MASS); library(survival); library(exactRankTests)})
say <- function(example, id, value) cat(example, ",", id, ",", format(value, digits = 15), "\n", sep = "")
compare <- function(example, name, visit, before, after) {
  say(example, paste0(name, ".", visit, ".median"), median(after))
  say(example, paste0(name, ".", visit, ".vs_baseline.n_paired"), length(after))
  say(example, paste0(name, ".", visit, ".vs_baseline.p_exact"), wilcox.exact(after, before, paired = TRUE)$p.value)
}
cat("example,id,value\n")
compare("sleep", "extra_sleep", "drug_2", sleep$extra[sleep$group == 1], sleep$extra[sleep$group == 2])
family <- anorexia[anorexia$Treat == "FT", ]
compare("anorexia", "weight", "after", family$Prewt, family$Postwt)
drug <- epil[epil$trt == "progabide", ]
for (i in 2:4) {
  compare("epilepsy", "seizures", c("", "second", "third", "fourth")[i], drug$y[drug$period == 1], drug$y[drug$period == i])
}
windows <- list(baseline = c(0, 0, 30), month_6 = c(6, 91, 273), month_12 = c(12, 274, 547), month_24 = c(24, 548, 912))
names <- c(bili = "bilirubin", albumin = "albumin", platelet = "platelets")
for (column in names(names)) for (visit in names(windows)) {
  w <- windows[[visit]]
  rows <- pbcseq[pbcseq$day >= w[2] & pbcseq$day <= w[3] & !is.na(pbcseq[[column]]), ]
  rows <- rows[order(rows$id, abs(rows$day - w[1] * 365.25 / 12), rows$day), ]
  rows <- rows[!duplicated(rows$id), ]
  for (measure in c("n", "median", "min", "max")) {
    value <- if (measure == "n") nrow(rows) else get(measure)(rows[[column]])
    say("cirrhosis", paste(names[[column]], visit, measure, sep = "."), value)
  }
}
