module kubeslice.io/kubeslice/toolchain/ipsec

go 1.26.0
