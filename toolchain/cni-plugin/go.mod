module kubeslice.io/kubeslice/toolchain/cni-plugin

go 1.26.0
