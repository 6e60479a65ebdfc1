module parallel

go 1.26.0
