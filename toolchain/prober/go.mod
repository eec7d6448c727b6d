module kubeslice.io/kubeslice/toolchain/prober

go 1.26.0
