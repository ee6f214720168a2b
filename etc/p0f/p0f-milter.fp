; Signatures of today's systems, for p0f 3.09b. They stand before p0f's own.

[tcp:request]

label = s:unix:Linux:4.20 or newer
sig   = 4:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
sig   = 4:64:0:*:mss*44,10:mss,sok,ts,nop,ws:df,id+:0
sig   = 6:64:0:*:mss*45,7:mss,sok,ts,nop,ws:flow:0
sig   = 6:64:0:*:mss*45,10:mss,sok,ts,nop,ws:flow:0
