module kubeslice.io/kubeslice/toolchain/relay

go 1.26.0
