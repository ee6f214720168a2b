; p0f-milter.fp: what today's systems send, for p0f 3.09b. Version 1, 2026-11-25.
;
; p0f's own file is of 2014. This one goes before it: among lines that fit exactly p0f
; takes the first, so what is here corrects what is there, and the rest stays. The two are
; merged into one file, since p0f reads one only.
;
; To read a line: version, initial TTL, length of IP options, MSS, window and scale, order of
; the TCP options, quirks, payload. README of p0f, section 5, explains each field; here
;   *:          IPv4 and IPv6. Of the quirks p0f ignores df and id+ on IPv6, and flow on IPv4, so
;               that "df,id+,flow" is IPv4 with DF and an ID, and IPv6 with a flow label; no
;               quirk at all is IPv4 without DF, and IPv6 without a flow label
;   mss*44      a window of 44 segments. p0f also tries the MSS of a whole Ethernet frame (1460,
;               1448, on IPv6 1440, 1428), so that an MSS made smaller on the way does no harm
;   label = s:  an exact name. label = g: a family, said with match=generic
; A flavor is true for every system that is known to send the SYN: where two systems send the
; same, it names both. Names and flavors have at most 31 characters, the API's size.
; Order matters within one layout of options: special windows before wildcards.
; tests/system/11-signatures.tsv has a SYN for each label, and the systems that sent it.

[tcp:request]

; ---- Linux -------------------------------------------------------------------------------
;
; The layout mss,sok,ts,nop,ws is Linux's, from 2.2 on. The window says how old: the first window
; is mss*4 up to 2.6, mss*10 from 2.6.39 (and in RHEL 6), mss*20 from 3.10, and from 4.20 on the
; largest multiple of the MSS within 64 KB. The scale follows the memory and sysctl tcp_rmem, and
; says nothing of the version: 7 for 1 GB and more, since 6.16 up to 10 for 5 GB, any by tuning.
; Cannot be told apart: 4.20 from 7.x, a distribution from another, a container from its host,
; WSL 2, ChromeOS and a proxy from a server. By its source illumos orders its options likewise; no
; capture says with which window.

; -- Linux with a small buffer. mss*44 with a scale of 0 to 3: old Android devices, or any since 4.20
; with little memory or a small SO_RCVBUF (5.10 and 6.1, 2026-11). mss*11 and 22 with a scale of
; 0: kernels of 2000, or a program that sets its buffer to 16 or 32 KB (6.18, 2026-11).
label = s:unix:Linux:4.20 or newer, or old Android
sig   = *:64:0:*:mss*44,0:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,1:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,2:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,3:mss,sok,ts,nop,ws:df,id+,flow:0
label = s:unix:Linux:2.2-2.4, or small SO_RCVBUF
sig   = *:64:0:*:mss*11,0:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,0:mss,sok,ts,nop,ws:df,id+,flow:0
label = s:unix:Linux:2.2, or 3.10+ small SO_RCVBUF
sig   = *:64:0:*:mss*20,0:mss,sok,ts,nop,ws:df,id+,flow:0

; -- Linux, default: 44 to 53 segments are an MTU of 1500 down to 1280, 7 are jumbo frames, and
; 1 is the loopback. 5.10, 6.1 and 6.18 booted with MTUs from 576 to 9001 and 128 MB to 23 GB,
; IPv4 and IPv6, 2026-11; loopback and an MTU of 65535 on 6.18. The lines with ecn: sysctl
; tcp_ecn=1.
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:65495:mss*1,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:65495:mss*1,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:65476:mss*1,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:65476:mss*1,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:65475:mss*1,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:65475:mss*1,*:mss,sok,ts,nop,ws::0

; -- Linux, unusual MTU or tuned: any other number of segments above 20 needs 4.20, too. Seen
; with tcp_rmem of 87380 bytes (mss*29, IPv6 30) on 5.10, 6.1 and 6.18, 2026-11; the others
; follow from the MTU (1501 to 3200: 21 to 43, under 1280: 54 and more).
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*21,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*28,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*31,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*32,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*33,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*34,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*35,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*36,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*37,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*38,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*39,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*40,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*41,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*42,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*43,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*54,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*55,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*56,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*57,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*58,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*59,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*60,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*61,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*62,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*63,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*122,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*28,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*29,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*30,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*31,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*32,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*33,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*34,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:8961:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:8960:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:8941:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:8940:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:8911:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:8856:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0

; -- Linux 6.6 to 6.9 has a quarter of 128 KB, 33,280 bytes: 22 segments, on IPv6 23, with
; smaller MTUs to 27. The same by tcp_rmem of 65536 bytes from 4.20 on. Captures of Ubuntu
; 24.04 and EndeavourOS, 2024; tuned kernels 5.10, 6.1 and 6.18, 2026-11. The fixed windows are
; those of other MTUs whose MSS was made smaller on the way.
label = s:unix:Linux:6.6-6.9, or 4.20+ tuned
sig   = *:64:0:*:mss*22,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*23,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*24,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*25,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*26,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*27,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*23,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*24,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*25,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*26,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*27,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:33280,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:33280,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:31944,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:32200,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:32430,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:32640,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:32660,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:32936,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:33120,*:mss,sok,ts,nop,ws:df,id+,flow:0

; -- Linux 3.10 to 4.19: RHEL 7, Ubuntu 14.04 to 18.04, Debian 8 to 10, Amazon Linux 2. Captures of
; 2013 to 2020. The fixed windows are those of other MTUs whose MSS was made smaller on the way. On
; jumbo frames the 29,200 bytes are 3 segments, and so are the 33,280 of 6.6 to 6.9.
label = s:unix:Linux:3.10 to 4.19
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:29040,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:28800,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:28400,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:28240,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:28200,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:28000,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:27600,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:27200,*:mss,sok,ts,nop,ws:df,id+,flow:0
label = s:unix:Linux:3.10-4.19, 6.6-6.9, or tuned
sig   = *:64:0:*:mss*3,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*3,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:26883,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:26880,*:mss,sok,ts,nop,ws:df,id+,flow:0

; -- Linux 2.6.32 to 3.9, Android 4, and any newer one with "ip route ... initrwnd 10" (6.18).
; Captures of 2012 to 2021.
label = s:unix:Linux:2.6.32-3.9, or initrwnd 10
sig   = *:64:0:*:mss*10,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*10,*:mss,sok,ts,nop,ws::0

; -- Linux with fewer segments than any version has by default: a small tcp_rmem or SO_RCVBUF, or
; an MTU of 3200 to 8200. Before 3.10 the limits were 4 and 10. Seen with tcp_rmem of 16384 bytes
; (mss*5) on 5.10, 6.1 and 6.18, 2026-11; the others follow from the kernel's source.
label = s:unix:Linux:3.10 or newer, tuned
sig   = *:64:0:*:mss*5,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*6,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*8,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*9,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*11,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*12,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*13,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*14,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*15,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*16,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*17,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*18,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*19,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*5,*:mss,sok,ts,nop,ws::0

; -- Window 65535: Android sets it (5 to 16, captures of 2015 to 2022), and so does every
; Linux 4.20 with tcp_rmem of 256 KB or more (captured), as on tuned servers and proxies.
label = s:unix:Linux:Android 5+, or tuned 4.20+
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:65535,0:mss,sok,ts:df,id+,flow:0

; -- Linux behind something that makes the MSS smaller: the window stays a multiple of the MSS
; of the sender's own MTU. Each window is that of one or more MTUs from 1280 to 1496 on IPv4
; and IPv6, or of jumbo frames from 3900 to 9216 (62727: AWS, where it was captured). Computed.
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:59080,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:59220,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:61760,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:61852,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:61880,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:61992,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62020,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62230,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62237,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62370,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62377,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62447,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62580,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62587,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62720,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:62727,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64092,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64216,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64224,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64232,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64260,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64288,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64296,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64308,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64320,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64350,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64390,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64400,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64440,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64480,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64484,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64492,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64500,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64578,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64582,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64584,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64620,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64660,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64672,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64676,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64680,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64766,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64768,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64800,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64860,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64896,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64900,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64952,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64954,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64980,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:64992,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65000,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65044,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65048,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65088,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65136,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65142,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65170,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65184,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65228,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65236,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65250,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65268,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65280,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65320,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65330,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65340,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65376,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65424,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65464,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65472,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65500,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65504,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65518,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65520,*:mss,sok,ts,nop,ws:df,id+,flow:0

; -- Linux without timestamps: sysctl tcp_timestamps=0, or taken out on the way. 5.10, 6.1 and
; 6.18, 2026-11; CentOS 7.5, 2018.
label = s:unix:Linux:3.10 to 4.19
sig   = *:64:0:*:mss*20,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*20,*:mss,nop,nop,sok,nop,ws::0
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws::0
sig   = *:64:0:*:mss*22,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*23,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*24,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*25,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*26,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*27,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*28,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*31,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*32,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*33,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*34,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*35,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*36,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
label = g:unix:Linux:any version
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws::0

; -- Linux without SACK: sysctl tcp_sack=0. 5.10, 6.1 and 6.18, 2026-11.
label = s:unix:Linux:3.10 to 4.19
sig   = *:64:0:*:mss*20,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*20,*:mss,nop,nop,ts,nop,ws::0
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*7,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,ts,nop,ws::0
sig   = *:64:0:*:mss*22,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*23,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*24,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*25,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*26,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*27,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*28,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*31,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*32,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*33,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*34,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*35,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*36,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
label = g:unix:Linux:any version
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws::0

; -- Linux without timestamps and SACK. 5.10, 6.1 and 6.18, 2026-11. Other systems have this
; layout, too: only with Linux's window.
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,nop,ws::0
sig   = *:64:0:*:mss*45,*:mss,nop,ws::0
label = s:unix:Linux:3.10 to 4.19
sig   = *:64:0:*:mss*20,*:mss,nop,ws:df,id+,flow:0

; -- Linux without window scaling, alone and together with the other two: sysctls
; tcp_window_scaling=0, tcp_timestamps=0, tcp_sack=0. 5.10, 6.1 and 6.18, 2026-11.
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*44,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*46,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*47,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*48,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*49,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*50,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*51,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*52,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*53,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*7,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*44,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*46,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*47,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*48,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*49,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*50,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*51,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*52,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*53,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*7,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*44,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*46,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*47,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*48,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*49,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*50,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*51,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*52,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*53,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*7,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*44,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*46,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*47,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*48,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*49,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*50,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*51,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*52,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*53,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*44,0:mss,sok,ts::0
sig   = *:64:0:*:mss*45,0:mss,sok,ts::0
label = s:unix:Linux:3.10 to 4.19
sig   = *:64:0:*:mss*20,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*20,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*20,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*20,0:mss:df,id+,flow:0

; -- Linux with MPTCP (option 30), from 5.6 on, before as a patch; the second with timestamps off.
; 6.18, 2026-11.
label = s:unix:Linux:4.20 or newer (MPTCP)
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws,?30::0
sig   = *:64:0:*:mss*22,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*23,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*29,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*30,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
label = g:unix:Linux:any version (MPTCP)
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?30::0
label = s:unix:Linux:4.20 or newer (MPTCP)
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws,?30::0
sig   = *:64:0:*:mss*22,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*23,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*29,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*30,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
label = g:unix:Linux:any version (MPTCP)
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,?30::0

; -- Linux with TCP Fast Open (option 34), a request or a cookie with data; the last with timestamps
; off. 6.18, 2026-11.
label = s:unix:Linux:4.20 or newer (Fast Open)
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*7,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*46,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*47,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*48,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*49,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*50,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*51,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*52,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*53,*:mss,sok,ts,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*22,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*23,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*29,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*30,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:65535,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
label = g:unix:Linux:any version (Fast Open)
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws,?34,nop,nop::*
label = s:unix:Linux:4.20 or newer (Fast Open)
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*7,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*44,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*45,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*46,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*47,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*48,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*49,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*50,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*51,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*52,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*53,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*
sig   = *:64:0:*:mss*22,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*23,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*29,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:mss*30,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:65535,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
label = g:unix:Linux:any version (Fast Open)
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,?34,nop,nop:df,id+,flow:*
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,?34,nop,nop::*

; -- Linux whose timestamps a firewall has overwritten with nops. p0f's own file has an older Linux
; that was seen so.
label = s:unix:Linux:4.20 or newer
sig   = *:64:0:*:mss*7,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df,id+,flow:0

; -- Linux by its layout alone, with any window. Without any option but the MSS all systems look
; alike, FreeBSD of 2000 and Windows CE, too.
label = g:unix:Linux:2.4-2.6, or tuned
sig   = *:64:0:*:mss*4,*:mss,sok,ts,nop,ws:df,id+,flow:0
label = g:unix:Linux:any version
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws::0
sig   = *:64:0:*:*,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:*,0:mss,sok,ts::0
sig   = 6:64:0:*:*,*:mss,nop,ws:flow:0
label = g:unix:Linux:or another, options off
sig   = *:64:0:*:*,0:mss:df,id+,flow:0
sig   = *:64:0:*:*,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:*,0:mss,nop,nop,ts:df,id+,flow:0

; ---- Windows ------------------------------------------------------------------------------
;
; The layout mss,nop,ws,nop,nop,sok at TTL 128 is Windows' alone, with a scale of 8 by default
; since Vista. Cannot be told apart: desktops from servers, 10 from 11 from Server 2016 to 2025.

; -- Window 8192: the default from Vista on, and still sent by Windows 10. Captures of 2009 to
; 2021.
label = s:win:Windows:Vista-10 or Server 2008-2016
sig   = *:128:0:*:8192,*:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:8192,*:mss,nop,ws,nop,nop,sok::0
sig   = 4:128:0:*:8192,*:mss,nop,ws,nop,nop,sok:df:0
sig   = *:128:0:*:8192,*:mss,nop,ws,nop,nop,sok:df,id+,ecn,flow:0
sig   = 6:64:0:*:8192,*:mss,nop,ws,nop,nop,sok:flow:0
sig   = 6:64:0:*:8192,*:mss,nop,ws,nop,nop,sok::0
sig   = 6:255:0:*:8192,*:mss,nop,ws,nop,nop,sok:flow:0
sig   = *:128:0:*:8192,*:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:8192,*:mss,nop,ws,sok,ts::0

; -- Windows 10, 11, Server 2016 and newer: 65535 or 64240, the same host sends both. With an
; MTU under 1500 a multiple as on Linux, 62727 on AWS. Captures of 2017 to 2026. One capture
; of Windows 7 SP1 has mss*44, too.
label = s:win:Windows:10, 11 or Server 2016+
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64240,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:62727,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:62720,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:65320,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64860,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64800,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:65340,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:65280,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64484,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64400,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*7,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*45,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*46,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*47,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*48,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*49,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*50,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*51,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*52,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*53,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df,id+,ecn,flow:0
sig   = *:128:0:*:64240,8:mss,nop,ws,nop,nop,sok:df,id+,ecn,flow:0
sig   = *:128:0:*:64800,8:mss,nop,ws,nop,nop,sok:df,id+,ecn,flow:0
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:64240,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*7,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*44,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*45,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*46,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*47,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*48,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*49,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*50,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*51,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*52,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:mss*53,8:mss,nop,ws,nop,nop,sok::0
sig   = 4:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df:0
sig   = 4:128:0:*:64240,8:mss,nop,ws,nop,nop,sok:df:0
; IPv6: a flow label only since Windows 10; the hop limit is the router's. Two captures of
; 2025, one on loopback.
sig   = 6:128:0:*:*,8:mss,nop,ws,nop,nop,sok:flow:0
sig   = 6:128:0:*:*,8:mss,nop,ws,nop,nop,sok:ecn,flow:0
sig   = 6:64:0:*:*,8:mss,nop,ws,nop,nop,sok:flow:0
sig   = 6:64:0:*:*,8:mss,nop,ws,nop,nop,sok:ecn,flow:0
sig   = 6:255:0:*:*,8:mss,nop,ws,nop,nop,sok:flow:0
sig   = 6:255:0:*:*,8:mss,nop,ws,nop,nop,sok:ecn,flow:0

; -- Windows with timestamps on (Tcp1323Opts): the window is a multiple of 1448. Captures of
; 2020.
label = s:win:Windows:10, 11 or Server 2016+
sig   = *:128:0:*:65535,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:64240,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:65160,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:62727,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*7,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*44,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*45,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*46,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*47,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*48,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*49,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*50,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*51,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*52,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:mss*53,8:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:65535,8:mss,nop,ws,sok,ts:df,id+,ecn,flow:0
sig   = *:128:0:*:64240,8:mss,nop,ws,sok,ts:df,id+,ecn,flow:0
sig   = *:128:0:*:65160,8:mss,nop,ws,sok,ts:df,id+,ecn,flow:0
sig   = 6:64:0:*:mss*44,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*45,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*46,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*47,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*48,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*49,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*50,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*51,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*52,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:mss*53,8:mss,nop,ws,sok,ts:flow:0
sig   = 6:255:0:*:*,8:mss,nop,ws,sok,ts:flow:0

; -- Windows whose program or administrator sets the buffer.
label = s:win:Windows:Vista or newer, tuned
sig   = *:128:0:*:*,8:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:*,8:mss,nop,ws,nop,nop,sok::0
sig   = *:128:0:*:*,8:mss,nop,ws,sok,ts:df,id+,flow:0
label = s:win:Windows:XP or newer, tuned
sig   = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:*,*:mss,nop,ws,sok,ts:df,id+,flow:0
sig   = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok::0

; -- Windows without scaling: switched off, or the last retransmissions of a SYN. Captures of
; 2008 to 2021, and all of them send 65535 and 8192.
label = s:win:Windows:98, Vista-10, Server 2008-2016
sig   = *:128:0:*:8192,0:mss,nop,nop,sok:df,id+,flow:0
sig   = 4:128:0:*:8192,0:mss,nop,nop,sok:df:0
sig   = *:128:0:*:8192,0:mss,nop,nop,sok::0
sig   = *:32:0:*:8192,0:mss,nop,nop,sok:df,id+,flow:0
label = s:win:Windows:ME, 2000, XP or Server 2003
sig   = *:128:0:*:16384,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:16384,0:mss,nop,nop,sok::0
label = s:win:Windows:2000 or newer
sig   = *:128:0:*:65535,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:64240,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*44,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*45,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*46,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*47,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*48,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*49,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*50,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*51,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*52,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:mss*53,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:65535,0:mss,nop,nop,sok:df,id+,ecn,flow:0
sig   = *:128:0:*:64240,0:mss,nop,nop,sok:df,id+,ecn,flow:0
sig   = 6:64:0:*:65535,0:mss,nop,nop,sok:flow:0
sig   = 6:64:0:*:64800,0:mss,nop,nop,sok:flow:0
sig   = 6:255:0:*:*,0:mss,nop,nop,sok:flow:0
label = g:win:Windows:any version
sig   = *:128:0:*:*,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:128:0:*:*,0:mss,sok,ts:df,id+,flow:0

; -- Windows without any option but the MSS. Captures of 98 and NT 4, 2008.
label = s:win:Windows:98 or NT 4
sig   = 4:128:0:*:8192,0:mss:df,id+:0
label = g:win:Windows:any version, options off
sig   = *:128:0:*:*,0:mss:df,id+,flow:0

; ---- macOS, iOS and their kin ---------------------------------------------------------------
;
; The layout mss,nop,ws,nop,nop,ts,sok,eol+1 is that of Apple's kernel. The name stays p0f's
; own, Mac OS X. Cannot be told apart: Macs from iPhones, iPads, watches and Apple TVs. The scale
; is 3 to 7 by age and memory. A third to a half of the SYNs ask for ECN. The ID is 0 since
; macOS 10.13 and iOS 11, unless a firewall sets one.

; -- Apple, current: by the ID, or by the scale, which is 6 or more since 10.14 and iOS 12.
; Captures of 2017 to 2026, IPv6 with hop limits of 64 and 255.
label = s:unix:Mac OS X:macOS 10.13+ or iOS 11+
sig   = 4:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = 4:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn,flow:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = *:64:0:*:65535,7:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,7:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn,flow:0
sig   = *:64:0:*:65535,7:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = *:64:0:*:65535,8:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,8:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn,flow:0
sig   = *:64:0:*:65535,8:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = 6:255:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:255:0:*:65535,7:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:65535,7:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:255:0:*:65535,8:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:65535,8:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0

; -- Apple, of 2012 to 2017 over IPv4. Captures of macOS 10.8 to 10.12 and iOS 10.
label = s:unix:Mac OS X:macOS 10.8-10.12 or iOS 6-10
sig   = *:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,id+,ecn:0

; -- Apple over IPv6, where there is no ID, with a scale of both times. From the two groups above.
label = s:unix:Mac OS X:macOS 10.8+ or iOS 6+
sig   = 6:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:255:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:255:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0

; -- Apple, other forms: a buffer set by the program (10240,3 on iOS 13), no DF or flow label,
; MPTCP (option 30, Siri) and Fast Open (34) by the order of Apple's kernel source, timestamps
; or all options overwritten with nops (10.11, 2021), and the last retransmission of a SYN,
; which has neither scale nor timestamps (10.9 to 10.12, 2021; a report of 2026). FreeBSD with
; those two switched off looks like the latter.
label = s:unix:Mac OS X:macOS or iOS
sig   = 4:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = 4:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn:0
sig   = 6:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = 6:255:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:flow:0
sig   = 6:255:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:ecn,flow:0
sig   = *:64:0:*:65535,*:mss,nop,ws,?30,nop,nop,ts,sok,eol+1:df,flow:*
sig   = *:64:0:*:65535,*:mss,nop,ws,?30,nop,nop,ts,sok,eol+1:df,ecn,flow:*
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,?34:df,flow:*
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,?34:df,ecn,flow:*
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok,eol+1:df,flow:0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok,eol+1:df,ecn,flow:0
sig   = *:64:0:*:65535,*:mss,nop,ws,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,eol+1:df,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,eol+1:df,ecn,flow:0
sig   = *:64:0:*:65535,*:mss,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,0:mss,sok,eol+1:df,flow:0
sig   = *:64:0:*:65535,0:mss,sok,eol+1:df,ecn,flow:0
sig   = *:64:0:*:65535,0:mss,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,0:mss,sok,eol+1:df,id+,ecn,flow:0
sig   = 6:255:0:*:65535,0:mss,sok,eol+1:flow:0

; ---- BSD -------------------------------------------------------------------------------------
;
; -- FreeBSD and what is made of it (pfSense, OPNsense, TrueNAS, NetScaler): window 65535, the
; scale follows kern.ipc.maxsockbuf: 6 by default, 9 for 16 MB. The ID is 0 with DF since 11
; (sysctl net.inet.ip.rfc6864). FreeBSD's source, 9 to 14; captures of 7 and of an ID of 0.
label = s:unix:FreeBSD:11 or newer
sig   = 4:64:0:*:65535,*:mss,nop,ws,sok,ts:df:0
sig   = 4:64:0:*:65535,*:mss,nop,ws,sok,ts:df,ecn:0
label = s:unix:FreeBSD:7 or 8
sig   = *:64:0:*:65535,3:mss,nop,ws,sok,ts:df,id+:0
label = s:unix:FreeBSD:9 or newer
sig   = 6:64:0:*:65535,*:mss,nop,ws,sok,ts:flow:0
sig   = 6:64:0:*:65535,*:mss,nop,ws,sok,ts:ecn,flow:0
sig   = 6:255:0:*:65535,*:mss,nop,ws,sok,ts:flow:0
sig   = 6:255:0:*:65535,*:mss,nop,ws,sok,ts:ecn,flow:0
sig   = 6:64:0:*:65535,6:mss,nop,ws,sok,ts::0
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df,id+:0
label = s:unix:FreeBSD:any version (no timestamps)
sig   = *:64:0:*:65535,*:mss,nop,ws,sok,eol+1:df,flow:0
sig   = *:64:0:*:65535,*:mss,nop,ws,sok,eol+1:df,id+,flow:0
sig   = *:64:0:*:65535,*:mss,nop,ws,sok,eol+1:df,ecn,flow:0
label = g:unix:FreeBSD:or a system derived from it
sig   = 4:64:0:*:*,*:mss,nop,ws,sok,ts:df:0
sig   = *:64:0:*:*,*:mss,nop,ws,sok,ts:df,id+,flow:0

; -- OpenBSD: the layout is its own. sb_max was 256 KB (scale 3), and is 2 MB (scale 6). From
; its source, and captures of 2009; no capture of a scale of 6.
label = s:unix:OpenBSD:5.x or newer
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts::0
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+,ecn,flow:0
label = s:unix:OpenBSD:4.x or newer
sig   = 6:64:0:*:16384,3:mss,nop,nop,sok,nop,ws,nop,nop,ts:flow:0
label = g:unix:OpenBSD:any version
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,nop,nop,ts::0

; -- NetBSD: four nops before the timestamp, window 32768. From two captures and its source.
label = s:unix:NetBSD:5 or newer
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,flow:0
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts::0
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:32768,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,ecn,flow:0
label = g:unix:NetBSD:any version
sig   = *:64:0:*:*,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,flow:0
sig   = *:64:0:*:*,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,ws,sok,nop,nop,nop,nop,ts::0

; ---- Devices -----------------------------------------------------------------------------------
;
; -- Nintendo Switch: a FreeBSD layout with its own window and an ID. One capture.
label = s:other:Nintendo:Switch
sig   = 4:64:0:*:32768,*:mss,nop,ws,sok,ts:df,id+:0

; -- Cisco IOS: no option but the MSS, TTL 255. Captures of a phone gateway and a router.
label = s:other:Cisco:IOS
sig   = 4:255:0:*:4128,0:mss::0
sig   = 4:255:0:*:16384,0:mss::0

; -- lwIP, the stack of many small devices: no option but the MSS, no DF, an ID counted from 0 on,
; TTL 255, or 64 where a maker has set that. The window is some segments: 4 of 1436 bytes in
; Espressif's configuration. Captures of lwIP and of a thermostat.
label = s:other:lwIP:or another small stack
sig   = 4:255:0:*:mss*2,0:mss::0
sig   = 4:255:0:*:mss*2,0:mss:id-:0
sig   = 4:255:0:*:mss*4,0:mss::0
sig   = 4:255:0:*:mss*4,0:mss:id-:0
sig   = 4:255:0:*:mss*5,0:mss::0
sig   = 4:255:0:*:mss*5,0:mss:id-:0
sig   = 4:255:0:*:mss*6,0:mss::0
sig   = 4:255:0:*:mss*6,0:mss:id-:0
sig   = 4:255:0:*:mss*8,0:mss::0
sig   = 4:255:0:*:mss*8,0:mss:id-:0
sig   = 4:255:0:*:mss*10,0:mss::0
sig   = 4:255:0:*:mss*10,0:mss:id-:0
sig   = 4:255:0:*:65534,0:mss:id-:0
sig   = 4:255:0:*:65535,0:mss:id-:0
sig   = 4:64:0:536:mss*4,0:mss::0
sig   = 4:64:0:1436:mss*4,0:mss::0
sig   = 4:64:0:1440:mss*4,0:mss::0
sig   = 4:64:0:1460:mss*4,0:mss::0

; -- No option but the MSS, and any window: a small stack, or a scanner.
label = g:other:Embedded:or a port scanner
sig   = 4:255:0:*:*,0:mss::0
sig   = 4:255:0:*:*,0:mss:id-:0
sig   = 4:255:0:*:*,0:mss:df,id+:0
sig   = 4:64:0:*:*,0:mss::0
sig   = 4:128:0:*:*,0:mss::0

; ---- Scanners ------------------------------------------------------------------------------------
;
; Programs that write their own packets, so no system can be named; the class is "other". None of
; them delivers mail over the same connection, but p0f remembers the last SYN of an address.

; -- ZMap: TTL 255, window 65535, no DF, options as the user chooses (by default those of Windows
; in ZMap 4, none in 2). ZMap 2.1.1, 2026-11, and the source of 4.
label = s:other:ZMap:port scan
sig   = 4:255:0:1460:65535,8:mss,nop,ws,nop,nop,sok::0
sig   = 4:255:0:1460:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1::0
sig   = 4:255:0:1460:65535,*:mss,sok,ts,nop,ws::0
sig   = 4:255:0:1460:65535,0:mss::0
sig   = 4:255:0:0:65535,0:::0

; -- masscan: TTL 255, window 1024, no DF, no option (1.3) or the MSS (current).
label = s:other:masscan:port scan
sig   = 4:255:0:*:1024,0:mss::0
sig   = 4:255:0:0:1024,0:::0

; -- Nmap: p0f's own lines have it as a tool without a name for the API. Its TTL is 37 to 59
; at the start.
label = s:other:Nmap:SYN scan
sig   = *:63-:0:1460:1024,0:mss::0
sig   = *:63-:0:1460:2048,0:mss::0
sig   = *:63-:0:1460:3072,0:mss::0
sig   = *:63-:0:1460:4096,0:mss::0
label = s:other:Nmap:OS detection
sig   = *:63-:0:1460:1,10:ws,nop,mss,ts,sok:ack+:0
sig   = *:63-:0:1400:63,0:mss,ws,sok,ts,eol+0:ack+:0
sig   = *:63-:0:640:4,5:ts,nop,nop,ws,nop,mss:ack+:0
sig   = *:63-:0:0:4,10:sok,ts,ws,eol+0:ack+:0
sig   = *:63-:0:536:16,10:mss,sok,ts,ws,eol+0:ack+:0
sig   = *:63-:0:265:512,0:mss,sok,ts:ack+:0
sig   = *:63-:0:265:31337,10:ws,nop,mss,ts,sok:ack+:0
sig   = *:63-:0:1460:3,10:ws,nop,mss,sok,nop,nop:ecn,uptr+:0

; -- Scapy and hping: their defaults. Debian 12, 2026-11.
label = s:other:Scapy:default packet
sig   = 4:64:0:0:8192,0::seq-:0
label = s:other:hping:default packet
sig   = 4:64:0:0:512,0:::0

; -- No option at all: Mirai and its many heirs (any window), and tools by hand. No real system
; does that. Mirai's source.
label = s:other:Scanner:no TCP options
sig   = *:64:0:0:*,0:::0
sig   = *:128:0:0:*,0:::0
sig   = *:255:0:0:*,0:::0
sig   = *:64:0:0:*,0::df,id+,flow:0
sig   = *:128:0:0:*,0::df,id+,flow:0
sig   = *:255:0:0:*,0::df,id+,flow:0
sig   = *:64:0:0:*,0::seq-:0
sig   = *:255:0:0:*,0::seq-:0
