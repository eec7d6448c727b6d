module kubeslice.io/kubeslice/toolchain/launcher

go 1.26.0
