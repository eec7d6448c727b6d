module kubeslice.io/kubeslice/toolchain/pause

go 1.26.0
