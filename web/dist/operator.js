var Qe,m,Fn,Ht,J,Dn,Nn,qn,qt,Ge,Ce,Bn,Vt,Bt,Wt,yr,Je={},Ye=[],vr=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,Xe=Array.isArray;function V(n,e){for(var t in e)n[t]=e[t];return n}function Gt(n){n&&n.parentNode&&n.parentNode.removeChild(n)}function zt(n,e,t){var o,r,i,a={};for(i in e)i=="key"?o=e[i]:i=="ref"?r=e[i]:a[i]=e[i];if(arguments.length>2&&(a.children=arguments.length>3?Qe.call(arguments,2):t),typeof n=="function"&&n.defaultProps!=null)for(i in n.defaultProps)a[i]===void 0&&(a[i]=n.defaultProps[i]);return ze(n,a,o,r,null)}function ze(n,e,t,o,r){var i={type:n,props:e,key:t,ref:o,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:r??++Fn,__i:-1,__u:0};return r==null&&m.vnode!=null&&m.vnode(i),i}function T(n){return n.children}function ae(n,e){this.props=n,this.context=e}function X(n,e){if(e==null)return n.__?X(n.__,n.__i+1):null;for(var t;e<n.__k.length;e++)if((t=n.__k[e])!=null&&t.__e!=null)return t.__e;return typeof n.type=="function"?X(n):null}function wr(n){if(n.__P&&n.__d){var e=n.__v,t=e.__e,o=[],r=[],i=V({},e);i.__v=e.__v+1,m.vnode&&m.vnode(i),Jt(n.__P,i,e,n.__n,n.__P.namespaceURI,32&e.__u?[t]:null,o,t??X(e),!!(32&e.__u),r),i.__v=e.__v,i.__.__k[i.__i]=i,zn(o,i,r),e.__e=e.__=null,i.__e!=t&&Wn(i)}}function Wn(n){if((n=n.__)!=null&&n.__c!=null)return n.__e=n.__c.base=null,n.__k.some(function(e){if(e!=null&&e.__e!=null)return n.__e=n.__c.base=e.__e}),Wn(n)}function $n(n){(!n.__d&&(n.__d=!0)&&J.push(n)&&!Ke.__r++||Dn!=m.debounceRendering)&&((Dn=m.debounceRendering)||Nn)(Ke)}function Ke(){try{for(var n,e=1;J.length;)J.length>e&&J.sort(qn),n=J.shift(),e=J.length,wr(n)}finally{J.length=Ke.__r=0}}function Hn(n,e,t,o,r,i,a,l,u,c,h){var f,d,p,v,$,O,C=o&&o.__k||Ye,y=e.length;for(u=_r(t,e,C,u,y),f=0;f<y;f++)(p=t.__k[f])!=null&&(d=p.__i!=-1&&C[p.__i]||Je,p.__i=f,O=Jt(n,p,d,r,i,a,l,u,c,h),v=p.__e,p.ref&&d.ref!=p.ref&&(d.ref&&Yt(d.ref,null,p),h.push(p.ref,p.__c||v,p)),$==null&&v!=null&&($=v),4&p.__u?(u=Vn(p,u,n),d.__e&&(d.__e=null)):typeof p.type=="function"&&O!==void 0?u=O:v&&(u=v.nextSibling),p.__u&=-7);return t.__e=$,u}function _r(n,e,t,o,r){var i,a,l,u,c,h=t.length,f=h,d=0;for(n.__k=new Array(r),i=0;i<r;i++)(a=e[i])!=null&&typeof a!="boolean"&&typeof a!="function"?(typeof a=="string"||typeof a=="number"||typeof a=="bigint"||a.constructor==String?a=n.__k[i]=ze(null,a,null,null,null):Xe(a)?a=n.__k[i]=ze(T,{children:a},null,null,null):a.constructor===void 0&&a.__b>0?a=n.__k[i]=ze(a.type,a.props,a.key,a.ref?a.ref:null,a.__v):n.__k[i]=a,u=i+d,a.__=n,a.__b=n.__b+1,l=null,(c=a.__i=br(a,t,u,f))!=-1&&(f--,(l=t[c])&&(l.__u|=2)),l==null||l.__v==null?(c==-1&&(r>h?d--:r<h&&d++),typeof a.type!="function"&&(a.__u|=4)):c!=u&&(c==u-1?d--:c==u+1?d++:(c>u?d--:d++,a.__u|=4))):n.__k[i]=null;if(f)for(i=0;i<h;i++)(l=t[i])!=null&&(2&l.__u)==0&&(l.__e==o&&(o=X(l)),Yn(l,l));return o}function Vn(n,e,t){var o,r;if(typeof n.type=="function"){for(o=n.__k,r=0;o&&r<o.length;r++)o[r]&&(o[r].__=n,e=Vn(o[r],e,t));return e}n.__e!=e&&(e&&n.type&&!e.parentNode&&(e=X(n)),e=t.insertBefore(n.__e,e||null));do e=e&&e.nextSibling;while(e!=null&&e.nodeType==8);return e}function br(n,e,t,o){var r,i,a,l=n.key,u=n.type,c=e[t],h=c!=null&&(2&c.__u)==0;if(c===null&&l==null||h&&l==c.key&&u==c.type)return t;if(o>(h?1:0)){for(r=t-1,i=t+1;r>=0||i<e.length;)if((c=e[a=r>=0?r--:i++])!=null&&(2&c.__u)==0&&l==c.key&&u==c.type)return a}return-1}function In(n,e,t){e[0]=="-"?n.setProperty(e,t??""):n[e]=t==null?"":typeof t!="number"||vr.test(e)?t:t+"px"}function Ve(n,e,t,o,r){var i,a;e:if(e=="style")if(typeof t=="string")n.style.cssText=t;else{if(typeof o=="string"&&(n.style.cssText=o=""),o)for(e in o)t&&e in t||In(n.style,e,"");if(t)for(e in t)o&&t[e]==o[e]||In(n.style,e,t[e])}else if(e[0]=="o"&&e[1]=="n")i=e!=(e=e.replace(Bn,"$1")),a=e.toLowerCase(),e=a in n||e=="onFocusOut"||e=="onFocusIn"?a.slice(2):e.slice(2),n.l||(n.l={}),n.l[e+i]=t,t?o?t[Ce]=o[Ce]:(t[Ce]=Vt,n.addEventListener(e,i?Wt:Bt,i)):n.removeEventListener(e,i?Wt:Bt,i);else{if(r=="http://www.w3.org/2000/svg")e=e.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(e!="width"&&e!="height"&&e!="href"&&e!="list"&&e!="form"&&e!="tabIndex"&&e!="download"&&e!="rowSpan"&&e!="colSpan"&&e!="role"&&e!="popover"&&e in n)try{n[e]=t??"";break e}catch{}typeof t=="function"||(t==null||t===!1&&e[4]!="-"?n.removeAttribute(e):n.setAttribute(e,e=="popover"&&t==1?"":t))}}function Un(n){return function(e){if(this.l){var t=this.l[e.type+n];if(e[Ge]==null)e[Ge]=Vt++;else if(e[Ge]<t[Ce])return;return t(m.event?m.event(e):e)}}}function Jt(n,e,t,o,r,i,a,l,u,c){var h,f,d,p,v,$,O,C,y,N,Me,Q,Ee,Ln,He,Nt,q=e.type;if(e.constructor!==void 0)return null;128&t.__u&&(u=!!(32&t.__u),i=[l=e.__e=t.__e]),(h=m.__b)&&h(e);e:if(typeof q=="function"){f=a.length;try{if(y=e.props,N=q.prototype&&q.prototype.render,Me=(h=q.contextType)&&o[h.__c],Q=h?Me?Me.props.value:h.__:o,t.__c?C=(d=e.__c=t.__c).__=d.__E:(N?e.__c=d=new q(y,Q):(e.__c=d=new ae(y,Q),d.constructor=q,d.render=xr),Me&&Me.sub(d),d.state||(d.state={}),d.__n=o,p=d.__d=!0,d.__h=[],d._sb=[]),N&&d.__s==null&&(d.__s=d.state),N&&q.getDerivedStateFromProps!=null&&(d.__s==d.state&&(d.__s=V({},d.__s)),V(d.__s,q.getDerivedStateFromProps(y,d.__s))),v=d.props,$=d.state,d.__v=e,p)N&&q.getDerivedStateFromProps==null&&d.componentWillMount!=null&&d.componentWillMount(),N&&d.componentDidMount!=null&&d.__h.push(d.componentDidMount);else{if(N&&q.getDerivedStateFromProps==null&&y!==v&&d.componentWillReceiveProps!=null&&d.componentWillReceiveProps(y,Q),e.__v==t.__v||!d.__e&&d.shouldComponentUpdate!=null&&d.shouldComponentUpdate(y,d.__s,Q)===!1){e.__v!=t.__v&&(d.props=y,d.state=d.__s,d.__d=!1),e.__e=t.__e,e.__k=t.__k,e.__k.some(function(se){se&&(se.__=e)}),Ye.push.apply(d.__h,d._sb),d._sb=[],d.__h.length&&a.push(d),l=X(t);break e}d.componentWillUpdate!=null&&d.componentWillUpdate(y,d.__s,Q),N&&d.componentDidUpdate!=null&&d.__h.push(function(){d.componentDidUpdate(v,$,O)})}if(d.context=Q,d.props=y,d.__P=n,d.__e=!1,Ee=m.__r,Ln=0,N)d.state=d.__s,d.__d=!1,Ee&&Ee(e),h=d.render(d.props,d.state,d.context),Ye.push.apply(d.__h,d._sb),d._sb=[];else do d.__d=!1,Ee&&Ee(e),h=d.render(d.props,d.state,d.context),d.state=d.__s;while(d.__d&&++Ln<25);d.state=d.__s,d.getChildContext!=null&&(o=V(V({},o),d.getChildContext())),N&&!p&&d.getSnapshotBeforeUpdate!=null&&(O=d.getSnapshotBeforeUpdate(v,$)),He=h!=null&&h.type===T&&h.key==null?Jn(h.props.children):h,l=Hn(n,Xe(He)?He:[He],e,t,o,r,i,a,l,u,c),d.base=e.__e,e.__u&=-161,d.__h.length&&a.push(d),C&&(d.__E=d.__=null)}catch(se){if(a.length=f,e.__v=null,u||i!=null){if(se.then){for(e.__u|=u?160:128;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;i!=null&&(i[i.indexOf(l)]=null),e.__e=l}else if(i!=null)for(Nt=i.length;Nt--;)Gt(i[Nt])}else e.__e=t.__e;e.__k==null&&(e.__k=t.__k||[]),se.then||Gn(e),m.__e(se,e,t)}}else i==null&&e.__v==t.__v?(e.__k=t.__k,e.__e=t.__e):l=e.__e=kr(t.__e,e,t,o,r,i,a,u,c);return(h=m.diffed)&&h(e),128&e.__u?void 0:l}function Gn(n){n&&(n.__c&&(n.__c.__e=!0),n.__k&&n.__k.some(Gn))}function zn(n,e,t){for(var o=0;o<t.length;o++)Yt(t[o],t[++o],t[++o]);m.__c&&m.__c(e,n),n.some(function(r){try{n=r.__h,r.__h=[],n.some(function(i){i.call(r)})}catch(i){m.__e(i,r.__v)}})}function Jn(n){return typeof n!="object"||n==null||n.__b>0?n:Xe(n)?n.map(Jn):n.constructor!==void 0?null:V({},n)}function kr(n,e,t,o,r,i,a,l,u){var c,h,f,d,p,v,$,O=t.props||Je,C=e.props,y=e.type;if(y=="svg"?r="http://www.w3.org/2000/svg":y=="math"?r="http://www.w3.org/1998/Math/MathML":r||(r="http://www.w3.org/1999/xhtml"),i!=null){for(c=0;c<i.length;c++)if((p=i[c])&&"setAttribute"in p==!!y&&(y?p.localName==y:p.nodeType==3)){n=p,i[c]=null;break}}if(n==null){if(y==null)return document.createTextNode(C);n=document.createElementNS(r,y,C.is&&C),l&&(m.__m&&m.__m(e,i),l=!1),i=null}if(y==null)O===C||l&&n.data==C||(n.data=C);else{if(i=y=="textarea"&&C.defaultValue!=null?null:i&&Qe.call(n.childNodes),!l&&i!=null)for(O={},c=0;c<n.attributes.length;c++)O[(p=n.attributes[c]).name]=p.value;for(c in O)p=O[c],c=="dangerouslySetInnerHTML"?f=p:c=="children"||c in C||c=="value"&&"defaultValue"in C||c=="checked"&&"defaultChecked"in C||Ve(n,c,null,p,r);for(c in C)p=C[c],c=="children"?d=p:c=="dangerouslySetInnerHTML"?h=p:c=="value"?v=p:c=="checked"?$=p:l&&typeof p!="function"||O[c]===p||Ve(n,c,p,O[c],r);if(h)l||f&&(h.__html==f.__html||h.__html==n.innerHTML)||(n.innerHTML=h.__html),e.__k=[];else if(f&&(n.innerHTML=""),Hn(e.type=="template"?n.content:n,Xe(d)?d:[d],e,t,o,y=="foreignObject"?"http://www.w3.org/1999/xhtml":r,i,a,i?i[0]:t.__k&&X(t,0),l,u),i!=null)for(c=i.length;c--;)Gt(i[c]);l&&y!="textarea"||(c="value",y=="progress"&&v==null?n.removeAttribute("value"):v!=null&&(v!==n[c]||y=="progress"&&!v||y=="option"&&v!=O[c])&&Ve(n,c,v,O[c],r),c="checked",$!=null&&$!=n[c]&&Ve(n,c,$,O[c],r))}return n}function Yt(n,e,t){try{if(typeof n=="function"){var o=typeof n.__u=="function";o&&n.__u(),o&&e==null||(n.__u=n(e))}else n.current=e}catch(r){m.__e(r,t)}}function Yn(n,e,t){var o,r;if(m.unmount&&m.unmount(n),(o=n.ref)&&(o.current&&o.current!=n.__e||Yt(o,null,e)),(o=n.__c)!=null){if(o.componentWillUnmount)try{o.componentWillUnmount()}catch(i){m.__e(i,e)}o.base=o.__P=o.__n=null}if(o=n.__k)for(r=0;r<o.length;r++)o[r]&&Yn(o[r],e,t||typeof n.type!="function");t||Gt(n.__e),n.__c=n.__=n.__e=void 0}function xr(n,e,t){return this.constructor(n,t)}function Kn(n,e,t){var o,r,i,a;e==document&&(e=document.documentElement),m.__&&m.__(n,e),r=(o=typeof t=="function")?null:t&&t.__k||e.__k,i=[],a=[],Jt(e,n=(!o&&t||e).__k=zt(T,null,[n]),r||Je,Je,e.namespaceURI,!o&&t?[t]:r?null:e.firstChild?Qe.call(e.childNodes):null,i,!o&&t?t:r?r.__e:e.firstChild,o,a),zn(i,n,a),n.props.children=null}Qe=Ye.slice,m={__e:function(n,e,t,o){for(var r,i,a;e=e.__;)if((r=e.__c)&&!r.__)try{if((i=r.constructor)&&i.getDerivedStateFromError!=null&&(r.setState(i.getDerivedStateFromError(n)),a=r.__d),r.componentDidCatch!=null&&(r.componentDidCatch(n,o||{}),a=r.__d),a)return r.__E=r}catch(l){n=l}throw n}},Fn=0,Ht=function(n){return n!=null&&n.constructor===void 0},ae.prototype.setState=function(n,e){var t;t=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=V({},this.state),typeof n=="function"&&(n=n(V({},t),this.props)),n&&V(t,n),n!=null&&this.__v&&(e&&this._sb.push(e),$n(this))},ae.prototype.forceUpdate=function(n){this.__v&&(this.__e=!0,n&&this.__h.push(n),$n(this))},ae.prototype.render=T,J=[],Nn=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,qn=function(n,e){return n.__v.__b-e.__v.__b},Ke.__r=0,qt=Math.random().toString(8),Ge="__d"+qt,Ce="__a"+qt,Bn=/(PointerCapture)$|Capture$/i,Vt=0,Bt=Un(!1),Wt=Un(!0),yr=0;var le,b,Kt,Qn,et=0,io=[],k=m,Xn=k.__b,Zn=k.__r,eo=k.diffed,to=k.__c,no=k.unmount,oo=k.__;function tt(n,e){k.__h&&k.__h(b,n,et||e),et=0;var t=b.__H||(b.__H={__:[],__h:[]});return n>=t.__.length&&t.__.push({}),t.__[n]}function de(n){return et=1,Sr(ao,n)}function Sr(n,e,t){var o=tt(le++,2);if(o.t=n,!o.__c&&(o.__=[t?t(e):ao(void 0,e),function(l){var u=o.__N?o.__N[0]:o.__[0],c=o.t(u,l);u!==c&&(o.__N=[c,o.__[1]],o.__c.setState({}))}],o.__c=b,!b.__f)){var r=function(l,u,c){if(!o.__c.__H)return!0;var h=!1,f=o.__c.props!==l;if(o.__c.__H.__.some(function(p){if(p.__N){h=!0;var v=p.__[0];p.__=p.__N,p.__N=void 0,v!==p.__[0]&&(f=!0)}}),i){var d=i.call(this,l,u,c);return h?d||f:d}return!h||f};b.__f=!0;var i=b.shouldComponentUpdate,a=b.componentWillUpdate;b.componentWillUpdate=function(l,u,c){if(this.__e){var h=i;i=void 0,r(l,u,c),i=h}a&&a.call(this,l,u,c)},b.shouldComponentUpdate=r}return o.__N||o.__}function Te(n,e){var t=tt(le++,3);!k.__s&&so(t.__H,e)&&(t.__=n,t.u=e,b.__H.__h.push(t))}function Pe(n){return et=5,ce(function(){return{current:n}},[])}function ce(n,e){var t=tt(le++,7);return so(t.__H,e)&&(t.__=n(),t.__H=e,t.__h=n),t.__}function Oe(){var n=tt(le++,11);if(!n.__){for(var e=b.__v;e!==null&&!e.__m&&e.__!==null;)e=e.__;var t=e.__m||(e.__m=[0,0]);n.__="P"+t[0]+"-"+t[1]++}return n.__}function Mr(){for(var n;n=io.shift();){var e=n.__H;if(n.__P&&e)try{e.__h.some(Ze),e.__h.some(Qt),e.__h=[]}catch(t){e.__h=[],k.__e(t,n.__v)}}}k.__b=function(n){b=null,Xn&&Xn(n)},k.__=function(n,e){n&&e.__k&&e.__k.__m&&(n.__m=e.__k.__m),oo&&oo(n,e)},k.__r=function(n){Zn&&Zn(n),le=0;var e=(b=n.__c).__H;e&&(Kt===b?(e.__h=[],b.__h=[],e.__.some(function(t){t.__N&&(t.__=t.__N),t.u=t.__N=void 0})):(e.__h.some(Ze),e.__h.some(Qt),e.__h=[],le=0)),Kt=b},k.diffed=function(n){eo&&eo(n);var e=n.__c;e&&e.__H&&(e.__H.__h.length&&(io.push(e)!==1&&Qn===k.requestAnimationFrame||((Qn=k.requestAnimationFrame)||Er)(Mr)),e.__H.__.some(function(t){t.u&&(t.__H=t.u,t.u=void 0)})),Kt=b=null},k.__c=function(n,e){e.some(function(t){try{t.__h.some(Ze),t.__h=t.__h.filter(function(o){return!o.__||Qt(o)})}catch(o){e.some(function(r){r.__h&&(r.__h=[])}),e=[],k.__e(o,t.__v)}}),to&&to(n,e)},k.unmount=function(n){no&&no(n);var e,t=n.__c;t&&t.__H&&(t.__H.__.some(function(o){try{Ze(o)}catch(r){e=r}}),t.__H=void 0,e&&k.__e(e,t.__v))};var ro=typeof requestAnimationFrame=="function";function Er(n){var e,t=function(){clearTimeout(o),ro&&cancelAnimationFrame(e),setTimeout(n)},o=setTimeout(t,35);ro&&(e=requestAnimationFrame(t))}function Ze(n){var e=b,t=n.__c;typeof t=="function"&&(n.__c=void 0,t()),b=e}function Qt(n){var e=b;n.__c=n.__(),b=e}function so(n,e){return!n||n.length!==e.length||e.some(function(t,o){return t!==n[o]})}function ao(n,e){return typeof e=="function"?e(n):e}var ue={bad_message:"mend",unknown_message:"give up",unsupported_version:"give up",auth_required:"mend",auth_failed:"mend",token_expired:"mend",second_factor_required:"mend",second_factor_missing:"mend",link_required:"mend",login_too_old:"mend",address_unverified:"mend",forbidden:"give up",not_found:"give up",not_joined:"mend",validation:"mend",conflict:"mend",taken:"mend",archived:"give up",limit_reached:"mend",rate_limited:"wait",unavailable:"wait",position_ahead:"mend",id_reused:"mend",op_invalid:"mend",op_exists:"mend",op_cycle:"mend",nothing_to_undo:"give up",nothing_to_redo:"give up",compacted:"give up",snapshot_damaged:"give up",not_done:"mend",internal:"wait"},lo={1012:{name:"restarting",reconnect:!0,meaning:"The server stops or restarts; come back with jitter."},1013:{name:"overloaded",reconnect:!0,meaning:"The server is full; come back later, with jitter."},4002:{name:"silent",reconnect:!0,meaning:"The client sent nothing for too long; come back and resume."},4003:{name:"token_expired",reconnect:!0,meaning:"Refresh the access token, then come back."},4004:{name:"rate_limited",reconnect:!0,meaning:"Too many messages for too long; come back slower."},4005:{name:"too_many_connections",reconnect:!0,meaning:"This user has too many open; close one, or come back later."},4006:{name:"no_hello",reconnect:!0,meaning:"No hello or login arrived in time; come back when there is one."},4500:{name:"replaced",reconnect:!1,meaning:"The same user on the same device connected again."},4501:{name:"session_revoked",reconnect:!1,meaning:"This login was ended; log in again."},4503:{name:"bad_messages",reconnect:!1,meaning:"Too many frames that hold no message; correct the client."},4506:{name:"unsupported_version",reconnect:!1,meaning:"No common protocol version; update the client."},4507:{name:"auth_failed",reconnect:!1,meaning:"The token of hello is not valid; log in again."}},Ae={project:{defaults:{name:"",key:null,scale:null,timeUnit:"beats",sampleRate:48e3},pointers:{},parent:null},transport:{defaults:{loopStart:0,loopEnd:16,loopOn:!1,metronome:!1},pointers:{},parent:null},tempo:{defaults:{slot:0,interp:"hold"},pointers:{},parent:null},signatures:{defaults:{num:4,den:4},pointers:{},parent:null},markers:{defaults:{name:"",color:null},pointers:{},parent:null},tracks:{defaults:{name:"",parent:null,order:"a0",content:["notes"],channel:null,color:null,loaded:!0},pointers:{parent:["tracks","reparent"],channel:["channels","clear"]},parent:"parent"},channels:{defaults:{name:"",order:"a0",role:"regular",dest:null,audioChannels:2,volume:1,pan:.5,mute:!1,solo:!1},pointers:{dest:["channels","master"]},parent:"dest"},sends:{defaults:{order:"a0",type:"post",enable:!0,volume:1,pan:.5},pointers:{channel:["channels","cascade"],dest:["channels","cascade"]},parent:"channel"},devices:{defaults:{order:"a0",role:"audioFX",format:"builtin",deviceId:"",name:"",enabled:!0,stateRef:null,presetId:null,params:{}},pointers:{channel:["channels","cascade"]},parent:"channel"},clips:{defaults:{kind:"notes",playStart:0,loopStart:null,loopEnd:null,contentTimeUnit:"beats",fadeIn:0,fadeOut:0,gain:1,enable:!0,name:"",color:null,media:null,ref:null,slot:null,lane:0},pointers:{track:["tracks","cascade"],media:["media","clear"],ref:["clips","cascade"],slot:["slots","cascade"]},parent:"track"},notes:{defaults:{vel:.8,rel:.8,pan:.5,ch:0},pointers:{clip:["clips","cascade"]},parent:"clip"},lanes:{defaults:{track:null,clip:null,unit:"linear",name:"",enable:!0},pointers:{track:["tracks","cascade"],clip:["clips","cascade"]},parent:"track"},points:{defaults:{slot:0,interp:"linear"},pointers:{lane:["lanes","cascade"]},parent:"lane"},warps:{defaults:{},pointers:{clip:["clips","cascade"]},parent:"clip"},scenes:{defaults:{name:"",order:"a0",color:null},pointers:{},parent:null},slots:{defaults:{hasStop:!0},pointers:{scene:["scenes","cascade"],track:["tracks","cascade"]},parent:"scene"},media:{defaults:{name:"",audioFile:null,sha256:null,path:null,duration:null,sampleRate:null,channels:2,stemOf:null},pointers:{stemOf:["media","clear"]},parent:null}};var w=class n extends Error{constructor(t,o,r={}){super(o);this.code=t;this.details=r}name="PrimeError";get retry(){return ue[this.code]??"give up"}static of(t){return new n(t.code,t.message,t.details)}},he=class extends w{name="Refused"};var S=class extends Error{name="Unanswered"},Z=class extends Error{name="Diverged"},P=class extends Error{name="WrongUse"};var I=class{all=new Set;add(e){let t=(...o)=>e(...o);return this.all.add(t),()=>void this.all.delete(t)}tell(...e){for(let t of[...this.all])try{t(...e)}catch(o){console.error("prime: a listener threw",o)}}},R=class{constructor(e){this.now=e}listeners=new I;get value(){return this.now}subscribe(e){return this.listeners.add(e)}set(e){if(Object.is(e,this.now))return;let t=this.now;this.now=e,this.listeners.tell(e,t)}};var A=class extends Error{};var pe=class{parts=[];take(e){if(e.part!==this.parts.length||!(e.parts>e.part))throw new A("a part of the state is missing");if(this.parts.push(typeof e.data=="string"?Cr(e.data):e.data),this.parts.length<e.parts)return null;let t=Tr(this.parts);return this.parts=[],t}clear(){this.parts=[]}};function Cr(n){return Uint8Array.from(atob(n),e=>e.charCodeAt(0))}function Tr(n){let e=new Uint8Array(n.reduce((o,r)=>o+r.length,0)),t=0;for(let o of n)e.set(o,t),t+=o.length;return e}var Ls=`A${"0".repeat(26)}`;function L(n){return typeof n=="object"&&n!==null&&!Array.isArray(n)&&!(n instanceof Uint8Array)}var co=function(){};co.prototype=Object.freeze(Object.create(null));function Re(){return new co}function ee(...n){return Object.assign(Re(),...n)}function je(n,e){if(typeof n!="object"||typeof e!="object"||n===null||e===null)return n===e;let[t,o]=[n,e],r=Object.keys(t);return r.length===Object.keys(o).length&&r.every(i=>Object.hasOwn(o,i)&&je(t[i],o[i]))}var Xt=class{constructor(e,t,o){this.collection=e;this.pointer=t;this.state=o;for(let r of o.all(e).keys())this.update(r)}byTarget=new Map;targets=new Map;of(e){return this.byTarget.get(e)??Pr}update(e){let t=this.state.get(this.collection,e),o=t===void 0?void 0:Or(t[this.pointer]),r=this.targets.get(e);if(o===r)return;if(r!==void 0&&this.byTarget.get(r)?.delete(e),o===void 0){this.targets.delete(e);return}this.targets.set(e,o);let i=this.byTarget.get(o);i===void 0?this.byTarget.set(o,new Set([e])):i.add(e)}},Pr=new Set;function Or(n){return typeof n=="string"?n:""}var fe=class{constructor(e){this.state=e}indexes=new Map;share(e,t){for(let[o,r]of e.indexes)t.has(o)||this.indexes.set(o,r)}by(e,t,o){let r=this.indexes.get(e);r===void 0&&this.indexes.set(e,r=new Map);let i=r.get(t);return i===void 0&&r.set(t,i=new Xt(e,t,this.state)),i.of(o??"")}update(e){if(e===null)this.indexes.clear();else for(let[t,o]of e)this.updateOne(t,o)}updateOne(e,t){for(let o of this.indexes.get(e)?.values()??[])for(let r of t)o.update(r)}};var te=class extends Error{};function Le(n){let e=new Map;for(let[t,o]of Object.entries(n)){if(!L(o))continue;let r=new Map;for(let[i,a]of Object.entries(o))L(a)&&r.set(i,en(a));e.set(t,r)}return e}function me(n,e){let t=e,o=n.get(t.col),r=o?.get(t.id);if(t.op==="insert")De(n,t.col,t.id,Ar(t));else{if(o===void 0||r===void 0)throw new te(`${t.op} of ${t.col}/${t.id}, which is not there`);t.op==="delete"?o.delete(t.id):o.set(t.id,Zt(r,t.op==="move"?Rr(t):t.props??{}))}return r}function uo(n,e){let t=e,o=n.get(t.col)?.get(t.id);return t.op==="insert"?n.has(t.col)&&o===void 0&&jr(n,t):o===void 0?!1:Object.entries(t.expect??{}).every(([r,i])=>je(o[r],i))}function De(n,e,t,o){if(o===void 0){n.get(e)?.delete(t);return}let r=n.get(e);r===void 0&&n.set(e,r=new Map),r.set(t,o)}function Zt(n,e){let t=ee(n,e);if(L(e.params)){let o=ee(L(n.params)?n.params:{},e.params);for(let[r,i]of Object.entries(o))i===null&&delete o[r];t.params=o}return en(t)}function en(n){for(let e of Object.values(n))typeof e=="object"&&e!==null&&Object.freeze(e);return Object.freeze(n)}function Ar(n){return en(ee(tn(n.col)?.defaults??{},n.entity??{}))}function Rr(n){let e={},t=tn(n.col)?.parent;return n.parent!==void 0&&t&&(e[t]=n.parent),n.order!==void 0&&(e.order=n.order),n.time!==void 0&&(e.time=n.time),e}function jr(n,e){return Object.entries(tn(e.col)?.pointers??{}).every(([t,[o,r]])=>{let i=e.entity?.[t];return r!=="cascade"||i===void 0||i===null?!0:n.get(o)?.has(String(i))??!1})}function tn(n){return Object.hasOwn(Ae,n)?Ae[n]:void 0}var ge=class{constructor(e,t=null,o=new Set){this.state=e;this.indexes=new fe({get:(r,i)=>e.get(r)?.get(i),all:r=>e.get(r)??ho}),t!==null&&this.indexes.share(t.indexes,o)}indexes;get(e,t){return this.state.get(e)?.get(t)}all(e){return this.state.get(e)??ho}by(e,t,o){return this.indexes.by(e,t,o)}},ho=new Map;async function nt(n){let e=new Blob([n]).stream().pipeThrough(new DecompressionStream("deflate"));return new Uint8Array(await new Response(e).arrayBuffer())}async function nn(n,e){let{position:t,digest:o,state:r}=await on(n,e);return{position:t,digest:o,state:new ge(r)}}async function on(n,e){let t=new pe;for(let o=0;;o+=1){let r=await n(o),i=t.take({t:"state",project:"",part:r.part,parts:r.parts,data:r.data});if(i!==null)return{position:r.position,digest:r.digest,state:Le(e.readState(await nt(i)))}}}var ot=class{constructor(e,t){this.state=e;this.start=t;this.newest=t}last=null;touched=new Set;steps=[];done=0;group=[];newest;weights=0;get from(){return this.start}get to(){return this.steps.at(-1)?.end??this.start}get seq(){return this.done===0?this.start:this.steps[this.done-1].end}get taken(){return this.newest}get weight(){return this.weights}take(e){if(e.seq!==this.newest+1)throw new A(`seq ${e.seq} after ${this.newest}`);this.newest=e.seq,this.weights+=e.ops.reduce((o,r)=>o+Dr(r),po);let t=this.group.length===0?e.ops:[...this.group,...e.ops];this.group=e.more?[...t]:[],!e.more&&this.steps.push({end:e.seq,ops:t,changes:[]})}goTo(e){if(e<this.start||e>this.to)throw new RangeError(`it goes from ${this.start} to ${this.to}, not to ${e}`);for(;this.seq<e;)this.forth(this.steps[this.done]);for(;this.done>0&&this.startOf(this.done-1)>=e;)this.back(this.steps[this.done-1])}still(){if(this.last!==null&&this.touched.size===0)return this.last.still;let e=new Map;for(let[t,o]of this.state){let r=this.touched.has(t)?void 0:this.last?.maps.get(t);e.set(t,r??new Map(o))}return this.last={still:new ge(e,this.last?.still??null,this.touched),maps:e},this.touched.clear(),this.last.still}startOf(e){return e===0?this.start:this.steps[e-1].end}forth(e){if(e.ops===null)for(let{collection:t,id:o,after:r}of e.changes)this.put(t,o,r);else this.first(e,e.ops);this.done+=1}first(e,t){let o=[];try{for(let r of t){let i=me(this.state,r);o.push({collection:r.col,id:r.id,before:i,after:this.state.get(r.col)?.get(r.id)}),this.touched.add(r.col)}}catch(r){throw this.takeBack(o),r}e.changes=o,e.ops=null}back(e){this.takeBack(e.changes),this.done-=1}takeBack(e){for(let t=e.length-1;t>=0;t-=1){let{collection:o,id:r,before:i}=e[t];this.put(o,r,i)}}put(e,t,o){De(this.state,e,t,o),this.touched.add(e)}},po=100;function Dr(n){return po+("entity"in n?rn(n.entity):"props"in n?rn(n.props):0)}function rn(n){let e=0;for(let t of Object.values(n))e+=40,typeof t=="string"?e+=2*t.length:typeof t=="object"&&t!==null&&(e+=rn(t));return e}async function*fo(n,e,t=null,o=null){let r={after:e,...t!==null&&{to:t}},i=[];for(let a=e;;){let{deltas:l,next:u,position:c}=await n(r);if(o!==null&&o!==c.epoch)throw new A("the journal lost entries");o=c.epoch;for(let h of l){if(h.seq!==a+1||(h.op??0)!==i.length)throw new A(`seq ${h.seq} after ${a}`);i=i.length===0?[...h.ops]:[...i,...h.ops],!h.cut&&(a=h.seq,yield{...h,ops:i,op:0,cut:!1},i=[])}if(u===null){if(a!==c.seq||i.length>0)throw new A(`history ends at ${a} and not at ${c.seq}`);return}r={...u,to:c.seq}}}var rt=1e3,$r=32*1048576,it=class{constructor(e,t,o,r=$r){this.askForState=e;this.askForOps=t;this.codec=o;this.mostBytes=r}held=null;getting=null;has(e){return this.held!==null&&e>=this.held.from&&e<=this.held.replay.to}at(e){if(!this.has(e))return null;let{replay:t}=this.held;try{t.goTo(Math.max(e,t.from))}catch(o){return this.forget(o),null}return this.tend(e),{seq:t.seq,state:t.still()}}async reach(e){for(;!this.has(e);)this.getting===null?await this.get(()=>this.load(e)):await this.getting.catch(()=>{});this.tend(e)}get(e){let t=e().catch(o=>{throw this.forget(o),o}).finally(()=>{this.getting=null});return this.getting=t,t}forget(e){if(e instanceof A||e instanceof te)this.held=null;else if(!(e instanceof Error))throw e}tend(e){let{held:t}=this;if(t===null||this.getting!==null)return;let{replay:o,from:r,isFirst:i,isLast:a}=t,l=rt/4;!i&&e-r<l?this.get(()=>this.begin(e)).catch(()=>{}):!a&&o.to-e<l&&o.weight<this.mostBytes&&this.get(()=>this.extend(t,e+rt)).catch(()=>{})}async load(e){let{held:t}=this;t!==null&&e>=t.from&&e-t.replay.to<=rt&&(await this.extend(t,e),this.has(e))||await this.begin(e)}async begin(e){let t=await this.stateBefore(e);await this.extend(t,e),t.replay.to<e&&(t=await this.stateAt(e)),this.held=t}async stateBefore(e){let t=Math.max(0,e-rt);try{return await this.stateAt(t)}catch(o){let r=o instanceof w&&o.code==="compacted"?o.details.oldest:void 0;if(r===void 0||r>e)throw o;return{...await this.stateAt(r),isFirst:!0}}}async stateAt(e){let{position:t,state:o}=await on(r=>this.askForState(e,r),this.codec);return{epoch:t.epoch,replay:new ot(o,t.seq),from:e,isFirst:e===0,isLast:!1}}async extend(e,t){let{epoch:o,replay:r}=e;if(!(r.to>=t)){for await(let i of fo(this.askForOps,r.taken,null,o))if(r.take(i),r.to>=t||r.weight>=this.mostBytes)return;e.isLast=!0}}};function st(n,e){return Math.min(250*2**Math.min(n,20),15e3)*(.5+e/2)}var Ir=new TextEncoder,ye=class{buffer;view;length=0;constructor(e){this.buffer=new Uint8Array(e),this.view=new DataView(this.buffer.buffer)}written(){return this.buffer.slice(0,this.length)}byte(e){let t=this.room(1);this.buffer[t]=e}bytes(e){let t=this.room(e.length);this.buffer.set(e,t)}ascii(e){let t=this.room(e.length);for(let o=0;o<e.length;o+=1){let r=e.charCodeAt(o);if(r>127)return!1;this.buffer[t+o]=r}return!0}uint16(e){let t=this.room(2);this.view.setUint16(t,e)}uint32(e){let t=this.room(4);this.view.setUint32(t,e)}float64(e){let t=this.room(8);this.view.setFloat64(t,e)}int64(e){let t=this.room(8);this.view.setBigInt64(t,BigInt(e))}room(e){let t=this.length;if(this.length+=e,this.length>this.buffer.length){let o=new Uint8Array(Math.max(this.length,this.buffer.length*2));o.set(this.buffer),this.buffer=o,this.view=new DataView(o.buffer)}return t}};function ve(n){return Ir.encode(n)}var B=class extends Error{},mo=64,Ur=new TextDecoder("utf-8",{fatal:!0});function an(n){let e=new sn(n),t=e.value(0);if(e.at!==n.length)throw new B("bytes after the end of the value");return t}var sn=class{constructor(e){this.bytes=e;this.view=new DataView(e.buffer,e.byteOffset,e.byteLength)}at=0;view;value(e){if(e>mo)throw new B(`nested over ${mo} deep`);let t=this.unsigned(1);return t<128?t:t<144?this.map(t&15,e):t<160?this.list(t&15,e):t<192?this.text(t&31):t>=224?t-256:this.marked(t,e)}marked(e,t){switch(e){case 192:return null;case 194:return!1;case 195:return!0;case 196:case 197:case 198:return this.binary(this.unsigned(1<<e-196));case 202:return this.view.getFloat32(this.take(4));case 203:return this.view.getFloat64(this.take(8));case 204:case 205:case 206:case 207:return this.unsigned(1<<e-204);case 208:case 209:case 210:case 211:return this.signed(1<<e-208);case 217:case 218:case 219:return this.text(this.unsigned(1<<e-217));case 220:case 221:return this.list(this.unsigned(2<<e-220),t);case 222:case 223:return this.map(this.unsigned(2<<e-222),t);default:throw new B(`a byte that prime.v1 does not use: ${e}`)}}take(e){if(this.at+e>this.bytes.length)throw new B("the value is cut off");let t=this.at;return this.at+=e,t}unsigned(e){let t=this.take(e);return e===1?this.view.getUint8(t):e===2?this.view.getUint16(t):e===4?this.view.getUint32(t):Number(this.view.getBigUint64(t))}signed(e){let t=this.take(e);return e===1?this.view.getInt8(t):e===2?this.view.getInt16(t):e===4?this.view.getInt32(t):Number(this.view.getBigInt64(t))}binary(e){let t=this.take(e);return this.bytes.subarray(t,t+e)}text(e){let t=this.binary(e);if(e<24){let o=Fr(t);if(o!==null)return o}try{return Ur.decode(t)}catch{throw new B("a text that is no UTF-8")}}list(e,t){let o=[];for(let r=0;r<e;r+=1)o.push(this.value(t+1));return o}map(e,t){let o=Re();for(let r=0;r<e;r+=1){let i=this.value(t+1);if(typeof i!="string")throw new B("a key that is no text");o[i]=this.value(t+1)}return o}};function Fr(n){let e="";for(let t of n){if(t>126)return null;e+=String.fromCharCode(t)}return e}function ln(n){let e=new ye(256);return dn(e,n),e.written()}function dn(n,e){if(e==null)n.byte(192);else if(typeof e=="boolean")n.byte(e?195:194);else if(typeof e=="number")qr(n,e);else if(typeof e=="string")go(n,e);else if(e instanceof Uint8Array)n.byte(198),n.uint32(e.length),n.bytes(e);else if(Array.isArray(e)){yo(n,e.length,144,220);for(let t of e)dn(n,t)}else if(typeof e=="object")Nr(n,e);else throw new TypeError(`no message holds a ${typeof e}`)}function Nr(n,e){let t=Object.entries(e).filter(([,o])=>o!==void 0);yo(n,t.length,128,222);for(let[o,r]of t)go(n,o),dn(n,r)}function qr(n,e){!Number.isSafeInteger(e)||Object.is(e,-0)?(n.byte(203),n.float64(e)):e>=0&&e<128?n.byte(e):e>=0&&e<2**32?(n.byte(206),n.uint32(e)):(n.byte(211),n.int64(e))}function go(n,e){let t=ve(e);t.length<32?n.byte(160|t.length):(n.byte(219),n.uint32(t.length)),n.bytes(t)}function yo(n,e,t,o){e<16?n.byte(t|e):(n.byte(o+1),n.uint32(e))}var cn={subprotocol:"prime.v1.msgpack",read:n=>vo(typeof n=="string"?wo("a text frame"):an(n)),write:ln,readState:n=>vo(an(n))};function at(n,e){try{let t=n.write(e);return{frame:t,bytes:typeof t=="string"?ve(t).length:t.length}}catch(t){throw new P(`that cannot be sent: ${t.message}`)}}function vo(n){return L(n)?n:wo("a frame that holds no map")}function wo(n){throw new B(`the server sent ${n}`)}var Br=15e3,Wr=2e4,un=1048576,Hr=5e3,Vr=64*1024,lt=class{constructor(e,t,o,r){this.codec=t;this.heard=r;this.socket=new o(e,t.subprotocol),this.socket.binaryType="arraybuffer",this.socket.onmessage=({data:i})=>this.take(i),this.socket.onclose=({code:i})=>this.end(i)}socket;calls=new Map;nextCall=1;welcomed=null;refused=null;lastError=null;heartbeat=null;probing=null;heardAt=performance.now();pingedAt=0;isOver=!1;mostBytes=un;open(e){return new Promise((t,o)=>{let r=setTimeout(()=>this.close(),Br),i=l=>u=>{clearTimeout(r),this.welcomed=this.refused=null,l(u)};this.welcomed=i(t),this.refused=i(o);let a=()=>this.send({t:"hello",versions:[1],...e});this.socket.readyState===_o?a():this.socket.onopen=a})}get isFull(){return this.socket.bufferedAmount>Vr}send(e){let{frame:t,bytes:o}=at(this.codec,e);if(o>this.mostBytes)throw new P(`a message of ${o} bytes: one holds ${this.mostBytes}`);this.socket.readyState===_o&&this.socket.send(t)}call(e,t,o){return new Promise((r,i)=>{if(this.isOver){i(new S("there is no connection"));return}let a=`c${this.nextCall++}`,l=setTimeout(()=>this.answer(a)?.fail(new S(`${e} was not answered`)),Wr);this.calls.set(a,{done:r,fail:i,timer:l});let u={t:"call",id:a,method:e,params:t};try{this.send(o===void 0?u:{...u,idempotency_key:o})}catch(c){this.answer(a)?.fail(c)}})}probe(){this.ping();let e=this.pingedAt;this.probing??=setTimeout(()=>{this.probing=null,this.heardAt<e&&this.close()},Hr)}ping(){this.pingedAt=performance.now(),this.send({t:"ping",time:this.pingedAt})}close(e=1e3){this.socket.close(e),this.end(e)}take(e){if(this.isOver)return;this.heardAt=performance.now();let t;try{t=this.codec.read(typeof e=="string"?e:new Uint8Array(e))}catch(o){console.error("prime:",o),this.socket.close(1e3),this.end(1007);return}this.hear(t)}hear(e){e.t==="welcome"?(this.beat(e.heartbeat_seconds*1e3),this.mostBytes=e.max_message_bytes,this.welcomed?.(e)):e.t==="reply"?this.answer(e.id)?.done(e.result):e.t==="error"&&e.id!==null&&this.calls.has(e.id)?this.answer(e.id)?.fail(w.of(e)):(e.t==="error"&&e.id===null&&(this.lastError=w.of(e)),this.refused!==null&&this.lastError?.code==="bad_message"?this.close():this.heard.message(e))}answer(e){let t=this.calls.get(e);return t!==void 0&&clearTimeout(t.timer),this.calls.delete(e),t}beat(e){this.heartbeat=setInterval(()=>{this.heardAt>=this.pingedAt?this.ping():this.probe()},e)}end(e){if(this.isOver)return;this.isOver=!0,this.heartbeat!==null&&clearInterval(this.heartbeat),this.probing!==null&&clearTimeout(this.probing);let t=this.lastError??new S("the connection broke");this.refused?.(t);for(let o of[...this.calls.keys()])this.answer(o)?.fail(new S("the connection broke before an answer"));this.heard.ended({code:e,error:this.lastError})}},_o=1;var Gr=ko(64,n=>Math.cbrt(n)),zr=ko(8,n=>Math.sqrt(n)),ne=new Int32Array(64),M=new Int32Array(8);function bo(n,e){let t=Math.ceil((e+9)/64)*64;n.fill(0,e,t),n[e]=128;let o=new DataView(n.buffer,n.byteOffset,n.byteLength);o.setUint32(t-8,Math.floor(e/536870912)),o.setUint32(t-4,e<<3>>>0),M.set(zr);for(let r=0;r<t;r+=64)Jr(o,r);return BigInt(M[0]>>>0)<<32n|BigInt(M[1]>>>0)}function Jr(n,e){for(let h=0;h<16;h+=1)ne[h]=n.getInt32(e+4*h);for(let h=16;h<64;h+=1){let f=ne[h-15],d=ne[h-2],p=W(f,7)^W(f,18)^f>>>3,v=W(d,17)^W(d,19)^d>>>10;ne[h]=ne[h-16]+p+ne[h-7]+v|0}let t=M[0],o=M[1],r=M[2],i=M[3],a=M[4],l=M[5],u=M[6],c=M[7];for(let h=0;h<64;h+=1){let f=c+(W(a,6)^W(a,11)^W(a,25))+(a&l^~a&u)+Gr[h]+ne[h]|0,d=(W(t,2)^W(t,13)^W(t,22))+(t&o^t&r^o&r)|0;c=u,u=l,l=a,a=i+f|0,i=r,r=o,o=t,t=f+d|0}M[0]+=t,M[1]+=o,M[2]+=r,M[3]+=i,M[4]+=a,M[5]+=l,M[6]+=u,M[7]+=c}function W(n,e){return n>>>e|n<<32-e}function ko(n,e){let t=[];for(let o=2;t.length<n;o+=1)Yr(o)&&t.push(e(o)%1*2**32|0);return Int32Array.from(t)}function Yr(n){for(let e=2;e*e<=n;e+=1)if(n%e===0)return!1;return!0}var hn=1n<<64n,x=new ye(4096);function we(n,e,t){Kr(n,e,t);let o=x.room(72);return bo(x.buffer,o)}function mn(n){let e=0n;for(let[t,o]of n)for(let[r,i]of o)e+=we(t,r,i);return e}function $e(n){return((n%hn+hn)%hn).toString(16).padStart(16,"0")}function Kr(n,e,t){x.length=0,x.byte(147),dt(n),dt(e),fn(t)}function fn(n){if(n==null)x.byte(192);else if(typeof n=="boolean")x.byte(n?195:194);else if(typeof n=="number")x.byte(203),x.float64(n+0);else if(typeof n=="string")dt(n);else if(Array.isArray(n)){So(n.length,144,220);for(let e of n)fn(e)}else if(L(n)){let e=Qr(n);So(e.length,128,222);for(let t of e)dt(t),fn(n[t])}}var pn=[],xo=[];function Qr(n){let e=Object.keys(n);return(e.length!==pn.length||!e.every((t,o)=>t===pn[o]))&&(pn=e,xo=[...e].sort(Zr)),xo}function dt(n){let e=x.length;if(n.length<32){if(x.byte(160|n.length),x.ascii(n))return;x.length=e}let t=ve(n);Xr(t.length),x.bytes(t)}function Xr(n){n<32?x.byte(160|n):n<256?(x.byte(217),x.byte(n)):Mo(n,218)}function So(n,e,t){n<16?x.byte(e|n):Mo(n,t)}function Mo(n,e){x.byte(n<65536?e:e+1),n<65536?x.uint16(n):x.uint32(n)}function Zr(n,e){let t=Math.min(n.length,e.length),o=0;for(;o<t&&n.charCodeAt(o)===e.charCodeAt(o);)o+=1;if(o===t)return n.length-e.length;let r=Math.max(o-1,0);return n.codePointAt(r)-e.codePointAt(r)||n.codePointAt(o)-e.codePointAt(o)}var ct=class{shown=new Map;reset(e,t){this.shown.clear();for(let{member:o,gestures:r}of e)o!==t&&r!==void 0&&this.take(o,r)}hear(e,t){e.whole&&this.shown.clear();for(let[o,r]of Object.entries(e.gestures??{}))t(o)&&this.take(o,r)}forget(e){this.shown.delete(e)}laidOver(e,t,o){let r=o;for(let i of this.shown.values())for(let a of i.values()){let l=a.get(t);l?.col===e&&(r=Zt(r,l.props))}return r}memberAt(e,t){for(let[o,r]of this.shown)for(let i of r.values())if(i.get(t)?.col===e)return o;return null}idsIn(e){let t=new Set;for(let o of this.shown.values())for(let r of o.values())for(let[i,{col:a}]of r)a===e&&t.add(i);return t}take(e,t){let o=this.shown.get(e);o===void 0&&this.shown.set(e,o=new Map);for(let[r,i]of Object.entries(t)){if(!L(i)){o.delete(r);continue}let a=o.get(r)??new Map;o.set(r,a);for(let[l,u]of Object.entries(i))ei(a,l,u)}}};function ei(n,e,t){let o=n.get(e)?.props??{},r=ee(o,t.props);L(o.params)&&L(t.props.params)&&(r.params=ee(o.params,t.props.params)),n.set(e,{col:t.col,props:r})}var ut=class{constructor(e,t){this.promised=t;this.left=ti([...e].map(([o,r])=>[o,[...r]]))}sum=0n;left;count(e){for(let t=0;t<e;t+=1){let{done:o,value:r}=this.left.next();if(o===!0)return $e(this.sum);this.sum+=we(...r)}return null}};function*ti(n){for(let[e,t]of n)for(let[o,r]of t)yield[e,o,r]}var ht=class{constructor(e){this.touch=e}deltas=new Map;get ids(){return[...this.deltas.keys()]}get(e){return this.deltas.get(e)}add(e,t){let o={...t,before:[]};this.deltas.set(t.id,o),this.show(e,o)}remove(e){this.deltas.delete(e)}hideAll(e){for(let t of[...this.deltas.values()].reverse())this.hide(e,t)}showAll(e){for(let t of this.deltas.values())this.show(e,t)}forgetEffects(){for(let e of this.deltas.values())e.before=[]}show(e,t){for(let o of t.ops)if(uo(e,o))t.before.push([o.col,o.id,me(e,o)]),this.touch(o.col,o.id);else if(t.atomic){this.hide(e,t);return}}hide(e,t){for(let[o,r,i]of t.before.reverse())De(e,o,r,i),this.touch(o,r);t.before=[]}};var pt=class{state=new Map;pending=new ht((e,t)=>this.touch(e,t));gestures=new ct;sum=0n;later=null;touched=new Map;position=null;you="";isSynced=!1;members=new Set;group=[];target=null;joinId=null;head=0;expected=null;committed={};divergence=null;get confirmed(){return $e(this.sum)}get view(){return $e(mn(this.state))}get unanswered(){return this.pending.ids}get(e,t){return this.state.get(e)?.get(t)}all(e){return this.state.get(e)??ni}shown(e,t){let o=this.get(e,t);return o&&this.gestures.laidOver(e,t,o)}shownBy(e,t){return this.gestures.memberAt(e,t)}shownNow(e){return this.gestures.idsIn(e)}get hasDiverged(){return this.divergence!==null}countSome(e){let{later:t}=this;if(t===null)return!1;let o=t.count(e);return o===null?!0:(this.later=null,o!==t.promised.digest&&this.beginAnew({seq:t.promised.seq,digest:o}),!1)}takeTouched(){let e=this.touched;return this.touched=new Map,e}propose(e){let t=e.t==="delta";this.pending.add(this.state,{id:e.id,kind:e.t,ops:t?e.ops:[],atomic:t&&(e.atomic??!1)})}giveUp(e){this.pending.get(e)!==void 0&&this.withdraw(e)}join(e,t,o){this.isSynced=!1,this.target=null,this.joinId=e;let r={t:"join",id:e,project:t};return this.position!==null&&Object.assign(r,{position:this.position,digest:this.confirmed}),o.length>0&&(r.unanswered=o),this.divergence!==null&&(r.diverged=this.divergence),this.divergence=null,r}hear(e){switch(e.t){case"joined":return this.hearJoined(e);case"error":return this.hearError(e);case"left":return this.hearLeft()}if(this.target!==null)switch(e.t){case"delta":return this.hearDelta(e);case"ack":return this.hearAck(e);case"tick":return this.hearTick(e);case"member_joined":this.members.add(e.member.member);return;case"member_left":this.members.delete(e.member),this.gestures.forget(e.member)}}takeState(e,t=!1){if(this.target===null)return;this.pending.forgetEffects(),this.state=e,this.touched=null,this.position=this.target;let o=t&&this.expected?.seq===this.target.seq?this.expected:null;this.later=o&&new ut(e,o),this.sum=o===null?mn(e):BigInt(`0x${o.digest}`),this.rebase(()=>this.settleCommitted()),this.diverges(this.expected)||this.checkSynced()}hearJoined(e){if(e.id===this.joinId){this.joinId=null,this.target=e.position,this.head=Math.max(e.head??0,e.position.seq),this.you=e.you,this.members.clear();for(let{member:t}of e.members)this.members.add(t);if(this.gestures.reset(e.members,e.you),this.committed=e.committed??Re(),this.expected=e.digest??null,this.group=[],!e.resumed){this.later=null;return}this.rebase(()=>this.settleCommitted()),this.checkSynced()}}hearDelta(e){this.checkFollows(e.seq),this.group.push(e),!e.more&&(this.rebase(()=>this.commitGroup()),this.checkSynced())}hearAck(e){let t=this.pending.get(e.id);if(this.position!==null&&e.seq<=this.position.seq){t!==void 0&&this.withdraw(e.id);return}let o=e.ops??(t?.kind==="delta"?t.ops:null);if(o===null)throw new A("an ack without ops for what is not ours");this.checkFollows(e.seq),this.rebase(()=>{this.pending.remove(e.id),this.commitGroup(),this.commit(e.seq,o)}),e.digest!=null&&this.diverges({seq:e.seq,digest:e.digest})}hearError(e){e.id!==null&&e.id===this.joinId?this.joinId=null:e.id!==null&&this.pending.get(e.id)!==void 0&&oi(e.code)&&this.withdraw(e.id)}hearTick(e){this.gestures.hear(e,t=>t!==this.you&&this.members.has(t)),e.digest!=null&&this.diverges(e.digest)}hearLeft(){this.isSynced=!1,this.target=null}rebase(e){this.pending.hideAll(this.state),e(),this.pending.showAll(this.state)}commitGroup(){for(let e of this.group)this.pending.remove(e.id),this.commit(e.seq,e.ops);this.group=[]}commit(e,t){for(let o of t){let r=me(this.state,o),i=this.get(o.col,o.id);this.touch(o.col,o.id),r!==void 0&&(this.sum-=we(o.col,o.id,r)),i!==void 0&&(this.sum+=we(o.col,o.id,i))}this.position={epoch:this.target.epoch,seq:e}}touch(e,t){if(this.touched===null)return;let o=this.touched.get(e);o===void 0?this.touched.set(e,new Set([t])):o.add(t)}withdraw(e){this.rebase(()=>this.pending.remove(e))}settleCommitted(){for(let e of Object.keys(this.committed))this.pending.remove(e);this.committed={}}checkFollows(e){let t=this.position===null?null:this.position.seq+this.group.length;if(t===null||e!==t+1)throw new A(`seq ${e} after ${t}`)}checkSynced(){this.position!==null&&this.position.seq>=this.head&&(this.isSynced=!0)}diverges(e){return e===null||e.seq!==this.position?.seq||e.digest===this.confirmed?!1:(this.beginAnew({seq:e.seq,digest:this.confirmed}),!0)}beginAnew(e){this.divergence=e,this.later=null,this.position=null}},ni=new Map;function oi(n){return ue[n]!=="wait"&&n!=="not_joined"&&n!=="auth_failed"}function D(){let n="";for(let e of crypto.getRandomValues(new Uint8Array(22)))n+=ri.charAt(e&63);return n}var ri="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";var ft=class{constructor(e,t){this.arrived=e;this.failed=t}parts=new pe;backlog=null;round=0;forget(){this.round+=1,this.backlog=null}begin(){this.parts.clear()}holds(e){return this.backlog===null||e.t==="joined"?!1:(this.backlog.push(e),!0)}take(e){let t=this.parts.take(e);if(t===null)return;let{round:o}=this;this.backlog=[],nt(t).then(r=>{o===this.round&&this.release(r)}).catch(r=>{o===this.round&&this.failed(r)})}release(e){let t=this.backlog??[];this.backlog=null,this.arrived(e,t)}};function Ie(){let[n,e]=[()=>{},()=>{}],t=new Promise((...o)=>{[n,e]=o});return t.catch(()=>{}),{saved:t,done:n,fail:e}}var _e=class{ops=[];isOver=!1;end(){this.isOver=!0;try{return structuredClone(this.ops)}catch(e){throw new P(`that cannot be sent: ${e.message}`)}}add(e){if(this.isOver)throw new P("that edit is made: begin another one");this.ops.push(e)}insert(e,t,o=D()){return this.add({op:"insert",col:e,id:o,entity:t}),o}set(e,t,o,r){this.add({op:"set",col:e,id:t,props:o,...r&&{expect:r}})}move(e,t,o){this.add({op:"move",col:e,id:t,...o})}delete(e,t,o=!1){this.add({op:"delete",col:e,id:t,...o&&{alone:o}})}};var Eo=33,mt=class{constructor(e){this.stage=e}id=D();values=new Map;timer=null;isOver=!1;set(e,t,o){if(this.isOver)return;let r=this.values.get(t)?.props;this.values.set(t,{col:e,props:{...r,...o}}),this.timer??=setTimeout(()=>this.flush(),Eo)}end(){this.stop();let e=new _e;for(let[t,{col:o,props:r}]of this.values)e.set(o,t,r);return this.stage.end(this.id,e.end())}cancel(){this.isOver||(this.stop(),this.stage.show(this.id,null))}flush(){this.timer=null;let e=Object.fromEntries(this.values);try{this.stage.show(this.id,e)||(this.timer=setTimeout(()=>this.flush(),Eo))}catch(t){console.error("prime: a gesture that cannot be shown:",t)}}stop(){this.isOver=!0,this.timer!==null&&clearTimeout(this.timer)}};var gt=class{constructor(e){this.step=e}cancel=null;begin(){this.cancel??=ii(()=>{this.cancel=null;let e=performance.now()+4;for(;this.step();)if(!(performance.now()<e)){this.begin();return}})}stop(){this.cancel?.(),this.cancel=null}};function ii(n){if(globalThis.requestIdleCallback===void 0){let t=setTimeout(n,1);return()=>clearTimeout(t)}let e=requestIdleCallback(n,{timeout:1e3});return()=>cancelIdleCallback(e)}var yt=class{others=new R([]);hear(e,t){switch(e.t){case"joined":return this.others.set(e.members.filter(({member:o})=>o!==t));case"member_joined":return this.enter(e.member,t);case"member_left":return this.others.set(this.others.value.filter(({member:o})=>o!==e.member));case"role_changed":return e.role===null?void 0:this.change(({user:o})=>o===e.user,{role:e.role});case"tick":return this.take(e.moved)}}enter(e,t){let o=this.others.value.filter(({member:r})=>r!==e.member);e.member!==t&&this.others.set([...o,e])}take(e){this.others.value.some(({member:o})=>Object.hasOwn(e,o))&&this.others.set(this.others.value.map(o=>{let r=e[o.member];return r===void 0?o:{...o,presence:{...o.presence,...r}}}))}change(e,t){this.others.set(this.others.value.map(o=>e(o)?{...o,...t}:o))}};var vt=class{deltas=new Map;inFlight=0;pausedUntil=0;get size(){return this.deltas.size}get sent(){return[...this.deltas].filter(([,e])=>e).map(([e])=>e)}add(e,t=!1){this.deltas.set(e,!1),t&&this.mark(e,!0)}next(e){if(e<this.pausedUntil||this.inFlight>=200||this.inFlight===this.deltas.size)return null;let t=null;for(let[o,r]of this.deltas)if(t===null&&!r)t=o;else if(t!==null&&r)return null;return t!==null&&this.mark(t,!0),t}settle(e){this.deltas.get(e)&&(this.inFlight-=1),this.deltas.delete(e)}postpone(e,t){this.deltas.has(e)&&(this.mark(e,!1),this.pausedUntil=Math.max(this.pausedUntil,t))}wakeAt(e){return e<this.pausedUntil&&this.inFlight<this.deltas.size?this.pausedUntil:null}resume(e,t){let o=e.findLastIndex(i=>!t.has(i)),r=e.filter((i,a)=>a<o&&t.has(i));for(let i of e)t.has(i)||this.settle(i);for(let i of r)this.settle(i);for(let i of this.deltas.keys())this.mark(i,!1);return r}mark(e,t){let o=this.deltas.get(e)??!1;this.deltas.set(e,t),this.inFlight+=Number(t)-Number(o)}};var gn=1e3,wt=class{constructor(e,t,o){this.replica=e;this.line=t;this.keeper=o}unsaved=new R(0);refusals=new I;queue=new vt;own=new Map;before=[];wakeUp=null;add(e,t){let o={message:e,epoch:t,...Ie()};return this.own.set(e.id,o),this.keeper.keep(o),this.replica.propose(e),this.queue.add(e.id),this.unsaved.set(this.queue.size),{id:e.id,saved:o.saved}}adopt(e){for(let[t,{message:o,epoch:r}]of e.entries())this.own.set(o.id,{message:o,epoch:r,...Ie()}),this.replica.propose(o),this.queue.add(o.id,t<200);this.unsaved.set(this.queue.size)}beforeJoin(){return this.before=this.queue.sent,this.before}resume(){for(let e of this.queue.resume(this.before,new Set(this.replica.unanswered)))this.replica.giveUp(e),this.fail(e,new he("op_invalid","it was refused while we were away, and the reason was lost"));this.before=[]}pump(){let e=this.line();if(e===null)return;let t=performance.now();for(let r=this.queue.next(t);r!==null;r=this.queue.next(t))e.send(this.toSend(r));let o=this.queue.wakeAt(t);o===null||this.wakeUp!==null||(this.wakeUp=setTimeout(()=>{this.wakeUp=null,this.pump()},o-t))}store(e,t,o){this.settle(e)?.done({seq:t,dropped:o})}refuse(e,t){this.own.has(e)&&(ue[t.code]==="wait"?(this.queue.postpone(e,performance.now()+(t.details.retry_after_ms??gn)),this.pump()):t.code!=="not_joined"&&t.code!=="auth_failed"&&this.fail(e,new he(t.code,t.message,t.details)))}async saved(){await Promise.allSettled([...this.own.values()].map(({saved:e})=>e))}end(e){this.wakeUp!==null&&clearTimeout(this.wakeUp);for(let{fail:t}of this.own.values())t(new S(`no answer came before ${e}`));this.own.clear(),this.unsaved.set(0)}toSend(e){let{message:t,epoch:o}=this.own.get(e);return t.t==="delta"&&o!==null&&o!==this.replica.position?.epoch?{...t,base_epoch:o}:t}fail(e,t){let o=this.settle(e);o!==void 0&&(o.fail(t),this.refusals.tell(e,t))}settle(e){let t=this.own.get(e);return this.own.delete(e),this.keeper.forget(e),this.queue.settle(e),this.unsaved.set(this.queue.size),this.pump(),t}};var ai=256,li=64,_t=class{constructor(e,t,o={keep:()=>{},forget:()=>{}}){this.project=e;this.codec=t;this.edits=new wt(this.replica,()=>this.isSynced.value?this.line:null,o)}you=new R("");role=new R("");undoable=new R({undo:0,redo:0});degraded=new R(null);isSynced=new R(!1);fetchedAnew=new R(0);members=new yt;replica=new pt;indexes=new fe(this.replica);arriving=new ft((e,t)=>this.begin(e,t),e=>this.mend(e));counting=new gt(()=>this.count());edits;changes=new I;ticks=new I;refusals=new I;lefts=new I;line=null;joinId="";lastPosition=null;mostBytes=un;user="";over=null;knocking=null;get unsaved(){return this.edits.unsaved}get position(){return this.replica.position}get digest(){return this.replica.confirmed}get others(){return this.members.others}get(e,t){return this.replica.get(e,t)}all(e){return this.replica.all(e)}by(e,t,o){return this.indexes.by(e,t,o)}shown(e,t){return this.replica.shown(e,t)}shownBy(e,t){return this.replica.shownBy(e,t)}shownNow(e){return this.replica.shownNow(e)}onTick(e){return this.ticks.add(e)}onChange(e){return this.changes.add(e)}onLeft(e){return this.lefts.add(e)}onRefused(e){return this.edits.refusals.add(e)}onRefusedJoin(e){return this.refusals.add(e)}edit(e,t={}){let o=new _e;return e(o),this.propose(this.deltaOf(o.end(),t))}async undo(){return this.propose({t:"undo",project:this.project,id:D()}).saved}async redo(){return this.propose({t:"redo",project:this.project,id:D()}).saved}gesture(){return new mt({show:(e,t)=>this.say({t:"gesture",project:this.project,id:e,values:t}),end:(e,t)=>this.over===null?this.propose(this.deltaOf(t,{gesture:e})):this.tooLate(this.over)})}tooLate(e){let{saved:t,fail:o}=Ie();return o(new S(`this room is over, for ${e}`)),{id:D(),saved:t}}move(e){return this.say({t:"presence",project:this.project,...e})}async saved(){await this.edits.saved()}adopt(e){this.edits.adopt(e)}enter(e){this.line=e,this.mostBytes=e.mostBytes,this.joinId=D(),this.arriving.forget(),this.isSynced.set(!1),e.send(this.replica.join(this.joinId,this.project,this.edits.beforeJoin()))}lost(){this.line=null,this.knocking!==null&&clearTimeout(this.knocking),this.knocking=null,this.isSynced.set(!1)}end(e){this.over=e,this.lost(),this.counting.stop(),this.edits.end(e)}hear(e){if(!this.arriving.holds(e)){try{e.t==="state"?this.arriving.take(e):this.take(e)}catch(t){this.mend(t)}this.checkDivergence(),this.tell()}}mend(e){e instanceof A||e instanceof te?this.fetchAnew(`the copy has a gap (${e.message})`):(console.error("prime: the server said what cannot be understood:",e),this.line?.giveUp())}checkDivergence(){this.replica.hasDiverged&&this.fetchAnew("the copy has another digest than the server's")}fetchAnew(e){let{line:t}=this;if(t===null||this.knocking!==null)return;console.warn(`prime: ${e}, joining again`),this.fetchedAnew.set(this.fetchedAnew.value+1);let o=this.fetchedAnew.value-1;o===0?this.enter(t):(this.isSynced.set(!1),this.knockIn(st(o,1),t))}knockIn(e,t){this.knocking=setTimeout(()=>{this.knocking=null,this.enter(t)},e)}take(e){if(e.t==="joined"){if(e.id!==this.joinId)return;this.arriving.begin(),this.replica.hear(e),this.you.set(e.you),this.user=e.members.find(({member:t})=>t===e.you)?.user??this.user,this.role.set(e.role),this.countUndo(e);for(let[t,o]of Object.entries(e.committed??{}))this.edits.store(t,o,[])}else this.replica.hear(e),this.hearRest(e);this.members.hear(e,this.replica.you),this.checkSynced(),(e.t==="tick"||e.t==="member_left")&&this.ticks.tell()}hearRest(e){switch(e.t){case"ack":return this.countUndo(e),this.edits.store(e.id,e.seq,e.dropped??[]);case"delta":return this.edits.store(e.id,e.seq,[]);case"error":e.id===this.joinId?this.hearRefusedJoin(w.of(e)):e.id!==null&&this.edits.refuse(e.id,w.of(e));return;case"role_changed":e.user===this.user&&e.role!==null&&this.role.set(e.role);return;case"degraded":return this.degraded.set(e.degraded?{what:e.what??"journal",reason:e.reason??""}:null);case"left":this.isSynced.set(!1),e.reason!=null&&this.lefts.tell({code:e.reason,message:e.message??""})}}hearRefusedJoin(e){if(e.retry==="wait"&&this.line!==null){this.knockIn(e.details.retry_after_ms??gn,this.line);return}this.refusals.tell(e),this.lefts.tell({code:e.code,message:e.message})}begin(e,t){this.replica.takeState(Le(this.codec.readState(e)),this.fetchedAnew.value===0),this.counting.begin(),this.checkSynced(),this.checkDivergence(),this.tell();for(let o of t)this.hear(o)}count(){let e=this.replica.countSome(li);return e||this.checkDivergence(),e}checkSynced(){!this.replica.isSynced||this.isSynced.value||this.line===null||this.knocking!==null||(this.edits.resume(),this.fetchedAnew.set(0),this.isSynced.set(!0),this.edits.pump())}get base(){return this.replica.position??this.lastPosition}deltaOf(e,t){if(e.length===0)throw new P("an edit holds one op at least");if(this.base===null)throw new P("the project's state is not here yet: wait for `join`");return{t:"delta",project:this.project,id:D(),ops:e,base:this.base.seq,...t}}propose(e){if(this.over!==null)throw new P(`this room is over, for ${this.over}: join it again`);let{bytes:t}=at(this.codec,e);if(t>this.mostBytes-ai)throw new P(`an edit of ${t} bytes, where a message holds ${this.mostBytes}: make several with one \`step\``);let o=this.edits.add(e,this.base?.epoch??null);return this.tell(),this.edits.pump(),o}countUndo({undo:e=0,redo:t=0}){let o=this.undoable.value;(o.undo!==e||o.redo!==t)&&this.undoable.set({undo:e,redo:t})}say(e){return this.line===null||!this.isSynced.value||this.line.isFull?!1:(this.line.send(e),!0)}tell(){this.lastPosition=this.base;let e=this.replica.takeTouched();e!==null&&e.size===0||(this.indexes.update(e),this.changes.tell(e))}};async function yn(n,e){let t;await Promise.race([n,new Promise(o=>{t=setTimeout(o,e)})]),clearTimeout(t)}function bt(n,e,t,o){return new Promise((r,i)=>{let a=[],l=setTimeout(()=>u(()=>i(new S("there was no connection in time"))),e),u=h=>{clearTimeout(l);for(let f of a)f();h()},c=()=>{try{o(),n()&&u(r)}catch(h){u(()=>i(h))}};for(let h of t)a.push(typeof h=="function"?h(c):h.subscribe(c));c()})}var Co=2e3,kt=class{constructor(e,t,o){this.host=e;this.codec=t;this.outbox=o}rooms=new Map;joins=new Map;notBegun=new Set;join(e){let t=this.rooms.get(e);return t===void 0&&(t=this.made(e),this.begin(t)),this.joins.set(t,(this.joins.get(t)??0)+1),t}async leave(e){this.isJoined(e)&&(this.joins.set(e,this.joins.get(e)-1),!(this.joins.get(e)>0)&&(await yn(e.saved(),Co),!(!this.isJoined(e)||this.joins.get(e)>0)&&(this.host.connected()?.send({t:"leave",id:"leave",project:e.project}),this.drop(e,"we left"))))}enter(e){for(let t of this.rooms.values())this.enterOne(t,e)}lost(){for(let e of this.rooms.values())e.lost()}hear(e){if("project"in e&&typeof e.project=="string")this.rooms.get(e.project)?.hear(e);else if(e.t==="error"&&e.id!==null)for(let t of this.rooms.values())t.hear(e)}async saved(){await yn(Promise.all([...this.rooms.values()].map(e=>e.saved())),Co)}end(e){for(let t of[...this.rooms.values()])this.drop(t,e)}async begin(e){let{outbox:t}=this;if(t!==void 0){this.notBegun.add(e);let r=await this.adopted(t,e.project);this.notBegun.delete(e),e.adopt(r)}let o=this.host.connected();o!==null&&this.rooms.get(e.project)===e&&this.enterOne(e,o)}async adopted(e,t){try{return await this.host.loggedIn(),await e.adopt(this.host.user(),t)}catch{return[]}}made(e){let{outbox:t}=this,o=new _t(e,this.codec,{keep:r=>t?.put(this.host.user(),e,r),forget:r=>t?.remove(r)});return this.rooms.set(e,o),o.onLeft(r=>this.drop(o,`we were put out: ${r.message||r.code}`)),o}drop(e,t){this.joins.delete(e),this.rooms.get(e.project)===e&&this.rooms.delete(e.project),e.end(t)}isJoined(e){return this.rooms.get(e.project)===e&&this.joins.has(e)}enterOne(e,t){this.notBegun.has(e)||e.enter({send:o=>t.send(o),giveUp:()=>t.close(),mostBytes:t.mostBytes,get isFull(){return t.isFull}})}};var xt=class{constructor(e){this.store=e}accessToken=null;refreshToken=null;get isKept(){return this.refreshToken!==null}async read(){this.refreshToken??=await this.stored()}async adopt(e){this.accessToken=e.access_token,await this.keep(e.refresh_token)}async forget(){this.accessToken=null,await this.keep(null)}async refresh(e,t){let o=()=>this.renew(e,t);return this.store?.alone===void 0?o():this.store.alone(o)}async renew(e,t){let o=await this.stored()??this.refreshToken;try{let r=await e.call("auth.refresh",{refresh_token:o});return await this.adopt(r),t===null||r.user.id===t?r:(this.drop(),new w("auth_failed","somebody else has logged in, in another window of this browser"))}catch(r){if(!(r instanceof w)||r.retry==="wait")throw r;return[null,o].includes(await this.stored())?await this.forget():this.drop(),r}}drop(){this.accessToken=null,this.refreshToken=null}async stored(){try{return await this.store?.read()??null}catch(e){return console.error("prime: the token store cannot be read; going on without what it keeps:",e),null}}async keep(e){this.refreshToken=e;try{await this.store?.write(e)}catch(t){console.error("prime: the token store cannot be written; the login ends with this window:",t)}}};function To(n){let{document:e,window:t}=globalThis,o=[vn(e,"visibilitychange",n),vn(t,"online",n),vn(t,"pageshow",n)];return()=>{for(let r of o)r()}}function vn(n,e,t){return n?.addEventListener(e,t),()=>n?.removeEventListener(e,t)}var di=1e4,ci=15e3,ui=3,Po=6e4;function _n(n,e){return new wn(n,e)}var wn=class{constructor(e,t){this.url=e;this.options=t;if(this.codec=t.codec??cn,t.WebSocket===void 0&&globalThis.WebSocket===void 0)throw new P("there is no WebSocket here: give one in the options, for example that of the package `ws`");if(!t.device||t.device.length>120)throw new P("`device` has 1 to 120 characters");this.tokens=new xt(t.tokens),this.rooms=new kt({connected:()=>this.status.value.name==="connected"?this.connection:null,user:()=>this.user.value?.id??"",loggedIn:()=>bt(()=>this.user.value!==null,Po,[this.user,this.status],()=>this.checkNotOver())},this.codec,t.outbox),this.stopWaking=To(()=>this.probe()),this.start()}status=new R({name:"connecting"});user=new R(null);rooms;tokens;restored=new I;connection=null;isOpen=!1;welcomedAt=1/0;tries=0;timer=null;codec;stopWaking;async login(e,t){return this.logInBy("auth.login",{email:e,password:t})}async register(e){return this.logInBy("auth.register",e)}async logInBy(e,t){return this.adopt(await this.opened(o=>o.call(e,t)))}async logInWith(e){return this.opened(()=>this.adopt(e))}async logout(){await this.call("auth.logout",{}),this.hangUp("we logged out"),await this.tokens.forget(),this.user.set(null),this.start()}async call(e,t,o){return this.opened(r=>r.call(e,t,o))}async stateAt(e,t){return nn(o=>this.call("history.at",{project:e,...t,part:o}),this.codec)}async stateOfSnapshot(e,t){return nn(o=>this.call("snapshots.state",{project:e,snapshot:t,part:o}),this.codec)}past(e){return new it((t,o)=>this.call("history.at",{project:e,seq:t,part:o}),t=>this.call("history.ops",{project:e,...t}),this.codec)}async join(e){let t=this.rooms.join(e);try{await this.synced(t)}catch(o){throw this.leave(t),o}return t}async leave(e){await this.rooms.leave(e)}onRestored(e){return this.restored.add(e)}async close(){await this.rooms.saved(),this.finish({name:"over",reason:"closed",message:"The client was closed."})}probe(){this.connection===null?this.start():this.connection.probe()}start(){if(this.timer!==null&&clearTimeout(this.timer),this.timer=null,this.connection!==null||this.status.value.name==="over")return;let e=this.options.WebSocket??globalThis.WebSocket,t=new lt(this.url,this.codec,e,{message:o=>this.hear(o),ended:o=>{t===this.connection&&this.ended(o)}});this.connection=t,this.greet(t)}async greet(e){try{await this.tokens.read();let{device:t,client:o=""}=this.options,{user:r}=await e.open({device:t,client:o,token:this.tokens.accessToken});r!==null?this.welcome(r):this.tokens.isKept?await this.refresh(e):this.status.set({name:"needs-login"}),this.isOpen=e===this.connection,this.restored.tell()}catch{e===this.connection&&e.close()}}async refresh(e){let t=await this.tokens.refresh(e,this.user.value?.id??null);t instanceof w?this.status.set({name:"needs-login",reason:t.code,message:t.message}):this.admit(t.user)}async adopt(e){await this.tokens.adopt(e);let t=this.user.value;return t===null||t.id===e.user.id?this.admit(e.user):this.beginAs(e.user),e.user}admit(e){this.status.value.name!=="connected"&&this.welcome(e)}beginAs(e){this.hangUp("somebody else logged in"),this.user.set(e),this.status.set({name:"connecting"}),this.start()}hangUp(e){this.rooms.end(e);let{connection:t}=this;this.connection=null,this.isOpen=!1,t?.close()}welcome(e){let{connection:t}=this;t!==null&&(this.welcomedAt=performance.now(),this.user.set(e),this.status.set({name:"connected"}),this.rooms.enter(t))}hear(e){e.t==="token_expiring"?this.connection!==null&&this.tokens.isKept&&this.refresh(this.connection).catch(()=>{}):this.rooms.hear(e)}ended({code:e,error:t}){let o=this.isOpen;if(this.connection=null,this.isOpen=!1,performance.now()-this.welcomedAt>di&&(this.tries=0),this.welcomedAt=1/0,this.rooms.lost(),this.status.value.name==="over")return;let r=lo[e];(r?.name==="token_expired"||r?.name==="auth_failed")&&(this.tokens.accessToken=null);let i=t?.code==="bad_message"&&!o;if(!(!i&&(r?.reconnect??!(e>=4500&&e<5e3)))&&r?.name!=="auth_failed"){let l=i?"bad_message":r?.name??String(e);this.finish({name:"over",reason:l,message:t?.message??r?.meaning??"the server closed for good"});return}if(r?.name==="no_hello"){this.status.set({name:"needs-login"});return}this.comeBack(t)}comeBack(e){let t=Math.max(e?.details.retry_after_ms??0,st(this.tries,Math.random()));this.tries+=1,this.status.set({name:"away",retryIn:t,...e!==null&&{reason:e.code,message:e.message}}),this.timer=setTimeout(()=>this.start(),t)}finish(e){this.timer!==null&&clearTimeout(this.timer),this.status.set(e),this.rooms.end("the client was closed"),this.stopWaking(),this.connection?.close()}async opened(e){if(this.connection===null&&this.status.value.name==="needs-login"&&this.start(),await bt(()=>this.isOpen,ci,[this.status,t=>this.restored.add(t)],()=>this.checkNotOver()),this.connection===null)throw new S("the connection broke");return e(this.connection)}async synced(e){let t=null,o=e.onRefusedJoin(r=>{t=r});try{await bt(()=>e.isSynced.value,Po,[this.status,e.isSynced,e.fetchedAnew,r=>e.onRefusedJoin(r)],()=>{if(this.checkNotOver(),t!==null)throw t;if(e.fetchedAnew.value>ui)throw new Z("the state that the server sends never comes to its digest")})}finally{o()}}checkNotOver(){let{name:e,message:t}=this.status.value;if(e==="over")throw new S(t??"the client is closed")}};var od=16*1024*1024;var St=class{constructor(e){this.storage=e}here=new Map;read(e){try{return this.storage().getItem(e)}catch{return this.here.get(e)??null}}keep(e,t){try{t===null?this.storage().removeItem(e):this.storage().setItem(e,t)}catch{t===null?this.here.delete(e):this.here.set(e,t)}}},Ue=new St(()=>localStorage),bn=new St(()=>sessionStorage);var hi=5e3;function kn(n="prime.refresh_token"){return{read:()=>Ue.read(n),write:e=>Ue.keep(n,e),alone:e=>pi(`${n}.lock`,e)}}async function pi(n,e){let t=globalThis.navigator?.locks;if(t===void 0)return e();let o=()=>{},r=new Promise(i=>{o=i});await new Promise(i=>{t.request(n,{signal:AbortSignal.timeout(hi)},()=>(i(),r)).catch(()=>i())});try{return await e()}finally{o()}}var fi=600;async function xn(n="prime.device"){let e=bn.read(n);if(e!==null&&await Oo(n,e))return e;let t=D();return bn.keep(n,t),await Oo(n,t),t}function Oo(n,e){let t=globalThis.navigator?.locks;return t===void 0?Promise.resolve(!0):new Promise(o=>{t.request(`${n}.${e}`,{signal:AbortSignal.timeout(fi)},()=>(o(!0),new Promise(()=>{}))).catch(()=>o(!1))})}var Ao=300,mi=new Map,gi={max_uses:"For how many people",uses:"For how many people",expires_in:"Good for",email:"E-mail address",username:"Username",name:"Name",password:"Password",new_password:"New password",old_password:"Old password",code:"Code",token:"Link",bpm:"Tempo",user:"User",role:"Role"},yi={bad_message:"This page has sent what the server does not understand. Load the page again.",unknown_message:"This page and the server are of different versions. Load the page again.",unsupported_version:"This page and the server are of different versions. Load the page again.",auth_required:"Log in first.",auth_failed:"The login is not valid. Log in again.",token_expired:"Your login has run out. Log in again.",second_factor_required:"A code of your second factor is asked for.",second_factor_missing:"This server asks everyone for a second factor: set one up.",link_required:"There is an account with this e-mail address already: log in to it, then link the other login in your account.",login_too_old:"This takes a login of the last ten minutes: log out, log in again, and do it then.",address_unverified:"Your e-mail address is not proved yet: open the link in the mail that you got, then log in.",forbidden:"You may not do this. Ask an owner of the project.",not_found:"It is not there any more, or you may not see it.",not_joined:"The project is not open any more. Open it again.",validation:"Something that was typed cannot be taken.",conflict:"Somebody else has changed it meanwhile. Look at it as it is now, then do it again.",taken:"Something of which there is only one is in use already. Choose another.",archived:"The project is archived: an owner must bring it back before anybody edits it.",limit_reached:"That is more than there may be.",rate_limited:n=>`That was too much in a short time. Try again ${Sn(n)}.`,unavailable:n=>n.message??`The server cannot do this just now; nothing is lost. Try again ${Sn(n)}.`,position_ahead:"The project was set back to an older state. Load the page again.",id_reused:"This was done already, or something else was. Load the page again and look.",op_invalid:"The edit does not fit the song as it is now.",op_exists:"This is in the song already.",op_cycle:"A group cannot be within itself, and a channel cannot lead to itself.",nothing_to_undo:"There is nothing of yours to undo here; others undo their own edits.",nothing_to_redo:"There is nothing to redo: nothing was undone since your last edit.",compacted:"What was before is not kept any more.",snapshot_damaged:"This snapshot is damaged and cannot be read. Choose another one.",not_done:"Something that belonged to it was refused, so none of it was done.",internal:n=>`The server made a mistake${n.error_id===void 0?"":`, and has noted it as ${n.error_id}`}. Try again ${Sn(n)}; if it stays so, tell whoever runs the server.`},vi=new Set(["auth_failed","address_unverified","forbidden","not_found","conflict","taken","limit_reached","validation","archived"]),wi=/[`${}<>=]|\w_\w|(?<!@[a-z]*)[a-z]\.[a-z]|\b(?:str|int|float|null|regex|params|array|object)\b|retry_after/i;function Mt(n,e=mi){return n instanceof w?xi(_i(n,e)):n instanceof S?"The server does not answer just now. Look at your network, and try again.":n instanceof Z?"The song does not come here as the server has it, though it was fetched several times. Open it again; if this stays, tell whoever runs the server, with the address of this page.":(console.error("prime: an error that no server has told:",n),`This page made a mistake (${String(n?.message??n).slice(0,Ao)}). Load it again.`)}function Mn(n){return n instanceof w?n.details.field?.split(".").at(-1)??null:null}function _i(n,e){let{code:t,details:o}=n,r=yi[t]??"The server has refused this.",i=typeof r=="string"?r:r(o),a=bi(n.message,o.field),l=Mn(n),u=l===null||t!=="validation"&&t!=="bad_message"&&t!=="taken"&&t!=="limit_reached"?"":e.get(l)??gi[l]??"";return u!==""?`${u}: ${a===""?"this cannot be taken":a}`:vi.has(t)&&a!==""&&o.version===void 0?a:i}function bi(n,e){let t=n.replace(/ - at `[^`]*`$/,"").replace(/^[a-z_]+\.[a-z_.]+: /,""),o=`${e??""}: `,r=(e!==void 0&&t.startsWith(o)?t.slice(o.length):t).trim();return ki(r)??(wi.test(r)?"":r)}function ki(n){let e=/^Expected `str` of length (<=|>=|==) (\d+)/.exec(n);if(e!==null)return`${{"<=":"at most",">=":"at least","==":"exactly"}[e[1]]} ${e[2]} ${e[2]==="1"?"character":"characters"}`;let t=/^Expected `(?:int|float)` (<=|>=|<|>) (-?[\d.]+)/.exec(n);return t!==null?`${{"<=":"at most",">=":"at least","<":"less than",">":"more than"}[t[1]]} ${t[2]}`:/^Expected `(?:int|float)`/.test(n)?"this is no number":/^Object missing required field|got `null`$/.test(n)?"this is asked for":null}function Sn({retry_after_ms:n}){if(n===void 0)return"in a moment";let e=Math.ceil(n/1e3);return e<=5?"in a moment":e<120?`in ${e} seconds`:`in ${Math.ceil(e/60)} minutes`}function xi(n){let e=n.trim().slice(0,Ao),t=e.charAt(0).toUpperCase()+e.slice(1);return/[.!?…]$/.test(t)?t:`${t}.`}var Si=0,zd=Array.isArray;function s(n,e,t,o,r,i){e||(e={});var a,l,u=e;if("ref"in u)for(l in u={},e)l=="ref"?a=e[l]:u[l]=e[l];var c={type:n,props:u,key:t,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:--Si,__i:-1,__u:0,__source:r,__self:i};if(typeof n=="function"&&(a=n.defaultProps))for(l in a)u[l]===void 0&&(u[l]=a[l]);return m.vnode&&m.vnode(c),c}function H({label:n,action:e,danger:t=!1,onSubmit:o,children:r}){let[i,a]=de(""),[l,u]=de(!1),c=async h=>{if(h.preventDefault(),l)return;u(!0),a("");let f=h.target;try{await o(Mi(f))}catch(d){a(Mt(d,Ei(f)));let p=f.elements.namedItem(Mn(d)??"");p instanceof HTMLElement&&p.focus()}u(!1)};return s("form",{class:"form","aria-label":n,"aria-busy":l,onSubmit:h=>void c(h),children:[r,i!==""&&s("p",{class:"failure",role:"alert",children:s("bdi",{children:i})}),s("button",{type:"submit",class:t?"danger":"main",disabled:l,children:e})]})}function Mi(n){let e={};for(let[t,o]of new FormData(n))e[t]=String(o);return e}function Ei(n){let e=new Map;for(let t of n.elements)(t instanceof HTMLInputElement||t instanceof HTMLSelectElement)&&t.labels?.[0]&&e.set(t.name,t.labels[0].textContent);return e}function U({label:n,hint:e,value:t,...o}){let r=Oe();return s("div",{class:"field",children:[s("label",{for:r,children:n}),s("input",{id:r,...e!==void 0&&{"aria-describedby":`${r}-hint`},...t!==void 0&&{defaultValue:String(t)},...o}),e!==void 0&&s("small",{id:`${r}-hint`,class:"quiet",children:e})]})}function Et({label:n,name:e,value:t,options:o,onChoose:r}){let i=Oe(),[a,l]=de(t),u=h=>{l(h),r?.(h)},c=o.some(([h])=>h===a);return s("div",{class:"field",children:[s("label",{for:i,children:n}),s("select",{id:i,name:e,value:c?a:t,onChange:h=>u(h.currentTarget.value),children:o.map(([h,f])=>s("option",{value:h,children:f},h))})]})}function Ro({entrance:n}){let e=n.step.value;switch(e.name){case"login":return s(Ci,{entrance:n});case"register":return s(Pi,{entrance:n});case"guest":return s(Ti,{entrance:n});case"code":return s(Oi,{entrance:n,challenge:e.challenge});case"set-up":return s(Ai,{entrance:n,step:e});case"recovery-codes":return s(Ri,{codes:e.codes,onDone:()=>n.finish()});case"mail-sent":return s(ji,{entrance:n,email:e.email})}}function Ci({entrance:n}){return s(T,{children:[s(H,{label:"Log in",action:"Log in",onSubmit:e=>n.login(e),children:[s(U,{label:"E-mail address",name:"email",type:"email",autocomplete:"username",required:!0}),s(U,{label:"Password",name:"password",type:"password",autocomplete:"current-password",required:!0})]}),s("div",{class:"row",children:[s(be,{entrance:n,step:{name:"register"},children:"Make an account"}),s("a",{href:"/account#forgot",children:"Forgotten the password?"}),s("a",{href:"/account",children:"More ways to log in"})]})]})}function Ti({entrance:n}){return s(T,{children:[s(H,{label:"Come in as a guest",action:"Come in",onSubmit:e=>n.enterAsGuest(e),children:s(U,{label:"Your name",name:"name",autocomplete:"name",required:!0,maxLength:100,hint:"What others see. No account is needed."})}),s("div",{class:"row",children:[s(be,{entrance:n,step:{name:"login"},children:"I have an account"}),s(be,{entrance:n,step:{name:"register"},children:"Make an account"})]})]})}function Pi({entrance:n}){return s(T,{children:[s(H,{label:"Make an account",action:"Make the account",onSubmit:e=>n.register(e),children:[s(U,{label:"Your name",name:"name",autocomplete:"name",maxLength:100,hint:"What others see."}),s(U,{label:"Username",name:"username",autocomplete:"username",required:!0,minLength:2,maxLength:32}),s(U,{label:"E-mail address",name:"email",type:"email",autocomplete:"email",required:!0}),s(U,{label:"Password",name:"password",type:"password",autocomplete:"new-password",required:!0,minLength:8,hint:"8 characters or more."})]}),s(be,{entrance:n,step:{name:"login"},children:"I have an account"})]})}function Oi({entrance:n,challenge:e}){return s(T,{children:[s(H,{label:"Second factor",action:"Go on",onSubmit:t=>n.enterCode(e,t),children:s(U,{label:"Code",name:"code",inputMode:"numeric",autocomplete:"one-time-code",required:!0,hint:"Of your authenticator app, or a recovery code."})}),s(be,{entrance:n,step:{name:"login"},children:"Back"})]})}function Ai({entrance:n,step:e}){return s(T,{children:[s("p",{children:"This server asks everyone for a second factor. Add this key to an authenticator app, and type the code that it shows."}),s("p",{children:[s("a",{href:e.uri,children:"Open the app on this device"}),", or type the key: ",s("code",{class:"secret",children:e.secret})]}),s(H,{label:"Second factor",action:"Go on",onSubmit:t=>n.confirm(e.challenge,t),children:s(U,{label:"Code",name:"code",inputMode:"numeric",autocomplete:"one-time-code",required:!0})})]})}function Ri({codes:n,onDone:e}){return s(H,{label:"Recovery codes",action:"I have kept them",onSubmit:async()=>{await e()},children:[s("p",{children:"Keep these recovery codes: each logs you in once where you have lost the app. They are not shown again."}),s("ul",{class:"codes",children:n.map(t=>s("li",{children:s("code",{children:t})},t))})]})}function ji({entrance:n,email:e}){return s(T,{children:[s("p",{children:["A mail waits for you at ",s("bdi",{children:e}),": open its link, then log in here."]}),s(H,{label:"Another mail",action:"Send another mail",onSubmit:()=>n.sendVerification(e)}),s(be,{entrance:n,step:{name:"login"},children:"Log in"})]})}function be({entrance:n,step:e,children:t}){return s("button",{type:"button",class:"plain",onClick:()=>{n.step.value=e},children:t})}var Li=Symbol.for("preact-signals");function Ot(){if(G>1)G--;else{var n,e=!1;for((function(){var r=Tt;for(Tt=void 0;r!==void 0;){var i=r.S;if(i.v===r.v)for(var a=i.t;a!==void 0;a=a.x)a.i===r.i&&(a.i=i.i);r=r.o}})();Ne!==void 0;){var t=Ne;for(Ne=void 0,Ct++;t!==void 0;){var o=t.u;if(t.u=void 0,t.f&=-3,!(8&t.f)&&Lo(t))try{t.c()}catch(r){e||(n=r,e=!0)}t=o}}if(Ct=0,G--,e)throw n}}function Cn(n){if(G>0)return n();En=++Di,G++;try{return n()}finally{Ot()}}var Fe,_=void 0;function qe(n){var e=_,t=Fe;_=void 0,Fe=void 0;try{return n()}finally{_=e,Fe=t}}var Ne=void 0,G=0,Ct=0,Di=0,En=0,Tt=void 0,Pt=0;function jo(n){if(_!==void 0){var e=n.n;if(e===void 0||e.t!==_)return e={i:0,S:n,p:_.s,n:void 0,t:_,e:void 0,x:void 0,r:e},_.s!==void 0&&(_.s.n=e),_.s=e,n.n=e,32&_.f&&n.S(e),e;if(e.i===-1)return e.i=0,e.n!==void 0&&(e.n.p=e.p,e.p!==void 0&&(e.p.n=e.n),e.p=_.s,e.n=void 0,_.s.n=e,_.s=e),e}}function E(n,e){this.v=n,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=e?.watched,this.Z=e?.unwatched,this.name=e?.name}E.prototype.brand=Li;E.prototype.h=function(){return!0};E.prototype.S=function(n){var e=this,t=this.t;t!==n&&n.e===void 0&&(n.x=t,this.t=n,t!==void 0?t.e=n:qe(function(){var o;(o=e.W)==null||o.call(e)}))};E.prototype.U=function(n){var e=this;if(this.t!==void 0){var t=n.e,o=n.x;t!==void 0&&(t.x=o,n.e=void 0),o!==void 0&&(o.e=t,n.x=void 0),n===this.t&&(this.t=o,o===void 0&&qe(function(){var r;(r=e.Z)==null||r.call(e)}))}};E.prototype.subscribe=function(n){var e=this;return z(function(){var t=e.value;qe(function(){return n(t)})},{name:"sub"})};E.prototype.valueOf=function(){return this.value};E.prototype.toString=function(){return this.value+""};E.prototype.toJSON=function(){return this.value};E.prototype.peek=function(){var n=this;return qe(function(){return n.value})};Object.defineProperty(E.prototype,"value",{get:function(){var n=jo(this);return n!==void 0&&(n.i=this.i),this.v},set:function(n){if(n!==this.v){if(Ct>100)throw new Error("Cycle detected");(function(t){G!==0&&Ct===0&&t.l!==En&&(t.l=En,Tt={S:t,v:t.v,i:t.i,o:Tt})})(this),this.v=n,this.i++,Pt++,G++;try{for(var e=this.t;e!==void 0;e=e.x)e.t.N()}finally{Ot()}}}});function g(n,e){return new E(n,e)}function Lo(n){for(var e=n.s;e!==void 0;e=e.n)if(e.S.i!==e.i||!e.S.h()||e.S.i!==e.i)return!0;return!1}function Do(n){for(var e=n.s;e!==void 0;e=e.n){var t=e.S.n;if(t!==void 0&&(e.r=t),e.S.n=e,e.i=-1,e.n===void 0){n.s=e;break}}}function $o(n){for(var e=n.s,t=void 0;e!==void 0;){var o=e.p;e.i===-1?(e.S.U(e),o!==void 0&&(o.n=e.n),e.n!==void 0&&(e.n.p=o)):t=e,e.S.n=e.r,e.r!==void 0&&(e.r=void 0),e=o}n.s=t}function oe(n,e){E.call(this,void 0,e),this.x=n,this.s=void 0,this.g=Pt-1,this.f=4}oe.prototype=new E;oe.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===Pt))return!0;if(this.g=Pt,this.f|=1,this.i>0&&!Lo(this))return this.f&=-2,!0;var n=_;try{Do(this),_=this;var e=this.x();(16&this.f||this.v!==e||this.i===0)&&(this.v=e,this.f&=-17,this.i++)}catch(t){this.v=t,this.f|=16,this.i++}return _=n,$o(this),this.f&=-2,!0};oe.prototype.S=function(n){if(this.t===void 0){this.f|=36;for(var e=this.s;e!==void 0;e=e.n)e.S.S(e)}E.prototype.S.call(this,n)};oe.prototype.U=function(n){if(this.t!==void 0&&(E.prototype.U.call(this,n),this.t===void 0)){this.f&=-33;for(var e=this.s;e!==void 0;e=e.n)e.S.U(e)}};oe.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var n=this.t;n!==void 0;n=n.x)n.t.N()}};Object.defineProperty(oe.prototype,"value",{get:function(){if(1&this.f)throw new Error("Cycle detected");var n=jo(this);if(this.h(),n!==void 0&&(n.i=this.i),16&this.f)throw this.v;return this.v}});function At(n,e){return new oe(n,e)}function Io(n){var e=n.j;if(n.j=void 0,typeof e=="function"){G++;var t=_;_=void 0;try{e()}catch(o){throw n.f&=-2,n.f|=8,Tn(n),o}finally{_=t,Ot()}}}function Tn(n){for(var e=n.s;e!==void 0;e=e.n)e.S.U(e);n.x=void 0,n.s=void 0,Io(n)}function $i(n){if(_!==this)throw new Error("Out-of-order effect");$o(this),_=n,this.f&=-2;try{8&this.f&&Tn(this)}finally{Ot()}}function ke(n,e){this.x=n,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=e?.name,Fe&&Fe.push(this)}ke.prototype.c=function(){var n=this.S();try{if(8&this.f||this.x===void 0)return;var e=this.x();typeof e=="function"&&(this.j=e)}finally{n()}};ke.prototype.S=function(){if(1&this.f)throw new Error("Cycle detected");this.f|=1,this.f&=-9,Io(this),Do(this),G++;var n=_;return _=this,$i.bind(this,n)};ke.prototype.N=function(){2&this.f||(this.f|=2,this.u=Ne,Ne=this)};ke.prototype.d=function(){this.f|=8,1&this.f||Tn(this)};ke.prototype.dispose=function(){this.d()};function z(n,e){var t=new ke(n,e);try{t.c()}catch(r){throw t.d(),r}var o=t.d.bind(t);return o[Symbol.dispose]=o,o}var Uo,jt,Rt,Ii=typeof window<"u"&&!!window.__PREACT_SIGNALS_DEVTOOLS__;var Fo=[];z(function(){Uo=this.N})();function xe(n,e){m[n]=e.bind(null,m[n]||function(){})}function Be(n){if(Rt){var e=Rt;Rt=void 0,e()}Rt=n&&n.S()}function No(n){var e=this,t=n.data,o=Fi(t);o.name="ReactiveDom",o.value=t;var r=ce(function(){for(var l=e,u=e.__v;u=u.__;)if(u.__c){u.__c.__$f|=4;break}var c=At(function(){var p=o.value.value;return p===0?0:p===!0?"":p||""}),h=At(function(){return!Array.isArray(c.value)&&!Ht(c.value)}),f=z(function(){if(this.N=qo,h.value){var p=c.value;l.__v&&l.__v.__e&&l.__v.__e.nodeType===3&&(l.__v.__e.data=p)}}),d=e.__$u.d;return e.__$u.d=function(){f(),d.call(this)},[h,c]},[]),i=r[0],a=r[1];return i.value?a.peek():a.value}No.displayName="ReactiveTextNode";Object.defineProperties(E.prototype,{constructor:{configurable:!0,value:zt(T,null).constructor},type:{configurable:!0,value:No},props:{configurable:!0,get:function(){var n=this;return{data:{get value(){return n.value}}}}},__b:{configurable:!0,value:1}});xe("__b",function(n,e){if(Be(),jt=void 0,typeof e.type=="string"){var t,o=e.props;for(var r in o)if(r!=="children"){var i=o[r];i instanceof E&&(t||(e.__np=t={}),t[r]=i,o[r]=i.peek())}}n(e)});xe("__r",function(n,e){if(n(e),e.type!==T){Be();var t,o=e.__c;o&&(o.__$f&=-2,(t=o.__$u)===void 0&&(o.__$u=t=(function(r,i){var a;return z(function(){a=this},{name:i}),a.c=r,a})((function(r){return function(){var i;Ii&&((i=this.y)==null||i.call(this)),r.__$f|=1,r.setState({})}})(o),typeof e.type=="function"?e.type.displayName||e.type.name:""))),jt=o,Be(t)}});xe("__e",function(n,e,t,o){Be(),jt=void 0,n(e,t,o)});xe("diffed",function(n,e){Be(),jt=void 0;var t;if(typeof e.type=="string"&&(t=e.__e)){var o=e.__np,r=e.props,i=t.U;if(i)for(var a in i){var l=i[a];l===void 0||o&&a in o||(l.d(),i[a]=void 0)}if(o){i||(i={},t.U=i);for(var u in o){var c=i[u],h=o[u];c===void 0?(c=Ui(t,u,h,r),i[u]=c):c.o(h,r)}}}n(e)});function Ui(n,e,t,o){var r=e in n&&n.ownerSVGElement===void 0,i=g(t);return{o:function(a,l){i.value=a,o=l},d:z(function(){this.N=qo;var a=i.value.value;o[e]!==a&&(o[e]=a,r?n[e]=a:a!=null&&(a!==!1||e[4]==="-")?n.setAttribute(e,a):n.removeAttribute(e))})}}xe("unmount",function(n,e){if(typeof e.type=="string"){var t=e.__e;if(t){var o=t.U;if(o){t.U=void 0;for(var r in o){var i=o[r];i&&i.d()}}}var a=e.__np;if(a){var l=e.props;for(var u in a)l[u]=a[u]}e.__np=void 0}else{var c=e.__c;if(c){c.__$f|=8;var h=c.__$u;h&&(c.__$u=void 0,h.d())}}n(e)});xe("__h",function(n,e,t,o){o<3&&(e.__$f|=2),n(e,t,o)});ae.prototype.shouldComponentUpdate=function(n,e){if(this.__R)return!0;var t=this.__$u,o=t&&t.s!==void 0;for(var r in e)return!0;if(this.__f||typeof this.u=="boolean"&&this.u===!0){var i=2&this.__$f;if(!(o||i||4&this.__$f)||1&this.__$f)return!0}else if(!(o||4&this.__$f)||3&this.__$f)return!0;for(var a in n)if(a!=="__source"&&n[a]!==this.props[a])return!0;for(var l in this.props)if(!(l in n))return!0;return!1};function Fi(n,e){return ce(function(){return g(n,e)},[])}var Ni=function(n){queueMicrotask(function(){queueMicrotask(n)})};function qi(){Cn(function(){for(var n;n=Fo.shift();)Uo.call(n)})}function qo(){Fo.push(this)===1&&(m.requestAnimationFrame||Ni)(qi)}var Lt=class{constructor(e,t){this.client=e;this.invitation=t}step=g({name:"login"});shown=g(null);isTaken=g(!1);refusal=g(null);async look(e){if(!(this.invitation===null||this.isTaken.value)){this.refusal.value=null;try{this.shown.value=await this.client.call("invitations.look",{token:this.invitation})}catch(t){this.refuse(t,"closed");return}e?await this.returnTo(this.shown.value.project):this.shown.value.guests&&this.step.value.name==="login"&&(this.step.value={name:"guest"})}}async accept(){if(this.invitation!==null)try{await this.client.call("invitations.accept",{token:this.invitation}),this.isTaken.value=!0}catch(e){this.refuse(e,this.shown.value?.is_for_address===!0?"foreign":"closed")}}async returnTo(e){try{await this.client.call("projects.get",{project:e})}catch(t){if(t instanceof w)return;throw t}await this.accept(),this.refusal.value=null,this.isTaken.value=!0}refuse(e,t){if(!(e instanceof w)||e.code!=="auth_failed")throw e;this.refusal.value=t}async login({email:e="",password:t=""}){await this.orNextStep(e,()=>this.client.login(e,t))}async register({email:e="",username:t="",name:o="",password:r=""}){let i=this.refusal.value===null?this.invitation:null,a={email:e,username:t,name:o||t,password:r,...i!==null&&{invitation:i}};await this.orNextStep(e,async()=>{await this.client.register(a),this.isTaken.value=i!==null})}async enterAsGuest({name:e=""}){await this.client.logInBy("auth.register_guest",{invitation:this.invitation??"",name:e}),this.isTaken.value=!0}async enterCode(e,{code:t=""}){await this.client.logInBy("auth.second_factor",{challenge:e,code:t.replaceAll(" ","")})}async sendVerification(e){await this.client.call("auth.send_verification",{email:e})}async confirm(e,{code:t=""}){let o=await this.client.call("auth.totp_confirm",{challenge:e,code:t.replaceAll(" ","")});this.step.value={name:"recovery-codes",codes:o.recovery_codes},this.pending=o.tokens??null}async finish(){this.pending===null?this.step.value={name:"login"}:await this.client.logInWith(this.pending)}pending=null;async orNextStep(e,t){try{await t()}catch(o){let r=o instanceof w?await this.stepAfter(o,e):null;if(r===null)throw o;this.step.value=r}}async stepAfter({code:e,details:t},o){let r=t.challenge??"";switch(e){case"second_factor_required":return{name:"code",challenge:r};case"second_factor_missing":{let i=await this.client.call("auth.totp_begin",{challenge:r});return{name:"set-up",challenge:r,...i}}case"address_unverified":return{name:"mail-sent",email:o};default:return null}}};var Bi=[["WebSocket","to talk with the server"],["DecompressionStream","to read a song"],["BigInt","to check it"],["structuredClone","to edit it"],["crypto.getRandomValues","to name what is new"],["ResizeObserver","to draw it"],["CanvasRenderingContext2D.prototype.roundRect","to draw it"],["HTMLDialogElement.prototype.showModal","to ask"],["Array.prototype.findLast","to find something in it"]],Wi="Update it, or open the page in a current Firefox, Chrome, Edge or Safari.";function Bo(n){let e=Bi.filter(([o])=>!Hi(n,o.split(".")));return e.length===0?null:`This browser lacks what the page needs (${e.map(([o,r])=>`${o.split(".").pop()}, ${r}`).join("; ")}). ${Wi}`}function Hi(n,e){let t=n;for(let o of e)t=t?.[o];return t!=null}function Wo(){let n=new URL("/v1",location.href);return n.protocol=n.protocol==="https:"?"wss:":"ws:",n.href}var Vi="prime.theme",Ho=g(zi()),Gi=g("dark");function Vo(){let n=matchMedia("(prefers-color-scheme: light)"),e=g(n.matches);n.addEventListener("change",()=>{e.value=n.matches}),z(()=>{let t=Ho.value==="system"?e.value?"light":"dark":Ho.value;document.documentElement.dataset.theme=t,Gi.value=t})}function zi(){let n=Ue.read(Vi);return n==="dark"||n==="light"?n:"system"}function Pn(n,e){return Ji(n,e,t=>t)}function Ji(n,e,t){let[,o]=de(0),r=n==null?e:n.value,i=Pe(null);return i.current=t(r),Te(()=>{if(n==null)return;let a=u=>{Object.is(t(u),i.current)||o(c=>c+1)},l=n.subscribe(a);return a(n.value),l},[n]),r}function Go({title:n,onClose:e,children:t}){let o=Pe(null),r=Oe();return Te(()=>{let i=document.activeElement;return o.current?.showModal(),()=>{i instanceof HTMLElement&&i.focus()}},[]),s("dialog",{ref:o,class:"dialog","aria-labelledby":r,onClose:e,onClick:i=>{i.target===o.current&&o.current?.close()},children:s("div",{class:"dialog-body",children:[s("header",{children:[s("h2",{id:r,children:n}),s("button",{type:"button","aria-label":"Close",onClick:()=>o.current?.close(),children:"×"})]}),t]})})}var On="What they are shown",zo=[["","until I open it"],["0.25","15 minutes"],["1","1 hour"],["2","2 hours"],["24","1 day"]];function Y(n){return{isDanger:!0,reason:null,isForAWhile:!1,...n}}function K(n,e,t,o){return{method:n,params:e,event:t,said:o}}var re=n=>n?.length?` These nodes did not answer: ${n.join(", ")}.`:"";function Jo(n,e,t){return Y({title:`Send ${e} out of ${t}?`,word:"Send out",reason:{label:On,most:100},says:[`${e} is out of this room at once, with your reason; the others see them leave.`,"It is no ban: they may join again. To keep them out, take their role away."],what:({reason:o=""})=>K("operator.kick",{member:n,reason:o},"kicked",({seats:r,silent:i})=>(r===0?`${e} was not there any more.`:`${e} is out of the room.`)+re(i))})}function Yo(n,e){return Y({title:`End all logins of ${e}?`,word:"End the logins",reason:{label:On,most:100},says:[`Each program and browser of ${e} is cut off within a second, shows your reason, and asks them to log in.`,"What they have not sent yet stays in their client. It is no ban: they may log in again."],what:({reason:t=""})=>K("operator.kick",{user:n,reason:t},"kicked",({logins:o,silent:r})=>`${o} logins of ${e} were ended.${re(r)}`)})}function Ko(n,e){return Y({title:`Close the room of ${e}?`,word:"Close the room",reason:{label:On,most:500},isForAWhile:!0,says:["Everyone is sent out of it and nobody gets in, on all nodes, until it is opened.","Their clients show your sentence, keep what was not saved, and come back by themselves once it is open. Nothing is lost."],what:({reason:t="",hours:o=""})=>K("operator.close_room",{project:n,reason:t,...o!==""&&{for_ms:Number(o)*36e5}},"room_closed",({silent:r})=>`The room of ${e} is closed.${re(r)}`)})}function An(n,e){return Y({title:`Open the room of ${e}?`,word:"Open the room",isDanger:!1,says:["People get in again: those who wait come back by themselves, and what they kept is saved."],what:()=>K("operator.open_room",{project:n},"room_opened",({changed:t})=>t?`The room of ${e} is open.`:`The room of ${e} was open already.`)})}function Qo(){return Y({title:"Make all read-only?",word:"Make all read-only",reason:{label:"What everyone is shown (say when you are back)",most:500},says:["Nobody edits on any node, within two seconds.","Everyone sees your sentence as a status; they still see each other, look and play. Edits wait in their clients and are saved when it is over: who closes the client before loses them."],what:({reason:n=""})=>K("operator.maintenance",{mode:"read_only",message:n},"maintenance_begun",({unknown:e,silent:t})=>`All is read-only${e?`, but for ${e} connections of nodes that are too old for it`:""}.${re(t)}`)})}function Xo(){return Y({title:"Let everyone edit again?",word:"Let everyone edit",isDanger:!1,says:["Everyone edits again, within two seconds; what waited in their clients is sent and saved."],what:()=>K("operator.maintenance",{mode:"off"},"maintenance_ended",({silent:n})=>`Everyone edits again.${re(n)}`)})}function Zo(n,e){return Y({title:`Drain ${n}?`,word:"Drain it",says:["Its members are sent to other nodes, and it takes nobody new in; it goes on running.","They notice a moment's reconnect.",e===0?"There is no other node: nobody could get in anywhere.":`${e===1?"One other node serves":`${e} other nodes serve`}.`],what:()=>K("operator.drain",{node:n},"node_drained",({changed:t,silent:o})=>`${n} ${t?"drains":"was drained already"}.${re(o)}`)})}function er(n){return Y({title:`Let people into ${n} again?`,word:"Let people in",isDanger:!1,says:["It takes people in again. Who is elsewhere stays there until they come again."],what:()=>K("operator.undrain",{node:n},"node_undrained",({changed:e,silent:t})=>`${n} ${e?"takes people in again":"took people in already"}.${re(t)}`)})}function tr({seen:n}){let e=n.action.value;if(e===null)return null;let{title:t,says:o,word:r,isDanger:i,reason:a,isForAWhile:l}=e;return s(Go,{title:t,onClose:()=>{n.action.value=null},children:[o.map(u=>s("p",{class:"sentence",children:s("bdi",{children:u})},u)),s(H,{label:t,action:r,danger:i,onSubmit:u=>n.carryOut(e,u),children:[a!==null&&s(U,{label:a.label,name:"reason",required:!0,maxLength:a.most,autocomplete:"off"}),l&&s(Et,{label:"For how long",name:"hours",value:"",options:zo})]})]})}function nr({seen:n}){let e=n.done.value;return s("div",{class:"last",role:"status",children:e!==null&&s("section",{class:"card done","aria-label":"What was done",children:[s("p",{children:s("bdi",{children:e.said})}),e.entry!==null&&s("p",{class:"quiet",children:["In the audit: ",e.entry.event,", ",new Date(e.entry.at).toLocaleString(),", ",s("bdi",{children:JSON.stringify(e.entry.details).slice(0,300)})]}),s("button",{type:"button",onClick:()=>{n.done.value=null},children:"Dismiss"})]})})}var or=`# Alarms

\`ops/prometheus/rules.yml\` has them, each links its paragraph here. \`page\` wakes somebody: musicians notice, or what was
acknowledged is in danger. \`ticket\` waits for the next working day.

## What to do when one fires

Commands are run as root on the machine of a node; the nodes of this page listen on 8801 and 8802. Once, in each new
shell:

\`\`\`sh
cd /opt/prime
set -a; . /etc/prime/prime.env; set +a
as_postgres() { runuser -u postgres -- psql -X -d prime "$@"; }
\`\`\`

What other sessions do is hidden from the role of the nodes, and it ends none of them: that is what the last line is
for. Where PostgreSQL is on another machine, make a login that may look and end once, and call psql there with its
address instead:

\`\`\`sql
CREATE ROLE prime_watcher LOGIN IN ROLE pg_monitor, pg_signal_backend;
\`\`\`

Three that always help: what a node says of itself, the end of its log, and what PostgreSQL is busy with.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
journalctl -u prime@8801 -n 50 -o cat --no-pager
as_postgres -c "SELECT pid, state, now() - xact_start AS since, pg_blocking_pids(pid) AS waits_for,
  left(query, 60) AS query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY since DESC"
\`\`\`

### PrimeNoNode

Means: Prometheus gets no answer from any node. Either all have ended, or it asks at the wrong place.

Musicians notice: nobody gets in; who was in a room sees "connecting". Nothing acknowledged is lost.

Do: see whether they run, why they ended (the last lines of the log say so), and start them.

\`\`\`sh
systemctl status prime@8801 prime@8802
journalctl -u prime@8801 -u prime@8802 -n 20 -o cat --no-pager
systemctl start prime@8801 prime@8802
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8801/readyz
\`\`\`

### PrimeNodeDown

Means: one node has not answered for two minutes. A restart takes seconds, so it does not come back by itself.

Musicians notice: a second or two, when theirs ended. They are on the other nodes now.

Do: read why it ended, start it. If it answers here, Prometheus does not reach it: look at the network.

\`\`\`sh
journalctl -u prime@8802 -n 20 -o cat --no-pager
systemctl start prime@8802
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8802/healthz
\`\`\`

### PrimeRestarts

Means: a node has started three times or more within a quarter of an hour: it crashes, or is killed, most often by the
kernel for want of memory.

Musicians notice: each time a second or two without the others.

Do: a log that ends without \`stopped\` was a crash or a kill. If the kernel did it, give the machine more memory.

\`\`\`sh
journalctl -u prime@8801 -n 50 -o cat --no-pager
free -m
\`\`\`

### PrimeMusiciansGone

Means: the nodes answer, and over half of all connections were lost within ten minutes: something before the nodes
fails, most often the load balancer or its certificate.

Musicians notice: they cannot connect.

Do: ask a node through the balancer, then by itself. If only the first fails, it is the balancer.

\`\`\`sh
curl -sk --max-time 5 -o /dev/null -w '%{http_code}\\n' https://prime.example.com/account || systemctl status haproxy
curl -s http://127.0.0.1:8801/readyz
\`\`\`

### PrimeTurnsMusiciansAway

Means: over five connections within five minutes were closed with 1013: a node is full, or all came at once, as after a
restart.

Musicians notice: they are told to come later, and do by themselves, with pauses.

Do: nothing, if it ends within minutes of a restart. Otherwise see which node is full, and start one more.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|loop_load|members|core_waited) '
curl -s http://127.0.0.1:8802/metrics | grep -E '^prime_(full|loop_load|members|core_waited) '
\`\`\`

### PrimeAllFull

Means: every node takes more than its share of a core, and its rooms gather moves as long as they can.

Musicians notice: who is inside sees others' moves up to 48 ms late; nobody new gets in.

Do: start one more node, and name it to the balancer. See whether the nodes have their cores: another program on the
machine looks the same.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(core_waited|loop_load) '
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeNodeFull

Means: one node has been full for two minutes, the others are not.

Musicians notice: others' moves up to 48 ms late in its rooms; who is new goes to the others.

Do: nothing at once. Plan one more node if it comes again; look for one large room, and for who else has its core.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|rooms|members|loop_load|core_waited) '
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeNodeBusy

Means: a node has been at its share of a core for ten minutes; its fullest rooms gather moves.

Musicians notice: others' moves come some milliseconds later, in full rooms.

Do: plan one more node ([Sizing](settings.md#sizing)). The load of each:

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(loop_load|tick_gap_seconds|members) '
\`\`\`

### PrimeStillDraining

Means: somebody told a node to drain two hours ago, and neither stopped it nor took it back.

Musicians notice: nothing, while the others can carry them.

Do: stop it, or let it serve again ([draining](signals.md#draining-a-node)). What it says of itself:

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
curl -s http://127.0.0.1:8801/metrics | grep '^prime_draining'
\`\`\`

### PrimeMaintenanceForgotten

Means: an operator said \`read-only\`, or closed a room, two hours ago, and nobody took it back.

Musicians notice: they cannot edit, or cannot enter that room; what they made meanwhile waits in their clients.

Do: see who said it, and why ([doing things](doing.md)); take it back with \`./run admin read-write\`, or
\`./run admin open-room PROJECT\` for each that \`./run admin closed-rooms\` lists.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(maintenance|closed_rooms)'
\`\`\`

### PrimeLoopLate

Means: in one of a hundred looks the event loop came over 50 ms late. Something holds it, or it has no core.

Musicians notice: moves and sounds of others stutter.

Do: see whether others have its core; if not, report it with the log, which tells what is slow.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(core_waited|loop_load|loop_late_seconds_bucket)'
ps -eo pid,pcpu,args --sort=-pcpu | head -5
\`\`\`

### PrimeCoreTaken

Means: for over a tenth of the time the node could have run, and others had its core: another program, or another
machine on the same host.

Musicians notice: stutter, if it gets worse.

Do: move what else runs there, or give the machine one core more for each node.

\`\`\`sh
ps -eo pid,pcpu,args --sort=-pcpu | head -8
nproc
\`\`\`

### PrimeJoinsSlow

Means: one of a hundred who enter a room waits over two seconds.

Musicians notice: a long "joining".

Do: see whether PostgreSQL is slow, and whether the node is full. A project of 50,000 parts takes a third of a second.

\`\`\`sh
as_postgres -c "SELECT count(*), state, wait_event_type FROM pg_stat_activity GROUP BY 2, 3 ORDER BY 1 DESC"
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(full|loop_load|database_busy|database_limit)'
\`\`\`

### PrimeCallsSlow

Means: one of a hundred calls of the named group takes over a second.

Musicians notice: lists, searches or logins are slow; playing is not.

Do: see which lane is full, and what PostgreSQL does for so long.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_database_(busy|limit)'
as_postgres -c "SELECT pid, now() - query_start AS since, left(query, 80) AS query FROM pg_stat_activity
  WHERE state = 'active' AND pid <> pg_backend_pid() ORDER BY since DESC LIMIT 10"
\`\`\`

### PrimeCutsMusiciansOff

Means: a node that was told to stop did not get done in ten seconds and cut off who was left.

Musicians notice: a second or two without the others, once.

Do: \`stopped\` in its log says how many (\`cut_off\`). Clients that do not answer count too, so a few are no fault. If it
is many each time, PostgreSQL is slow when rooms are stored.

\`\`\`sh
journalctl -u prime@8801 -n 50 -o cat --no-pager
\`\`\`

### PrimeHandshakesRefused

Means: an address has more connections, or opens them faster, than it may ([limits](settings.md#who-may-have-how-much)).

Musicians notice: some cannot connect.

Do: if all clients seem to have the balancer's address, name that in \`PRIME_PROXIES\`: the log says so once. If a studio
shares one address, raise \`sockets_per_address\`.

\`\`\`sh
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep X-Forwarded-For || true
grep PRIME_PROXIES /etc/prime/prime.env
\`\`\`

### PrimeCannotCommit

Means: a node cannot write the journal: PostgreSQL is down, full, read-only, or not reached.

Musicians notice: "degraded". They go on, edits wait and are not acknowledged; joins and calls fail. Nothing is lost
while nodes run.

Do: don't restart nodes, edits wait in them. Bring PostgreSQL back; nodes find it within a second. A full disk is the
most frequent reason.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT now(), pg_is_in_recovery() AS is_standby"
df -h
systemctl status postgresql
\`\`\`

### PrimeProjectHeldUp

Means: projects cannot be written to while others can: somebody holds a lock on their row, or PostgreSQL answers with an
error for them alone.

Musicians notice: in these projects "degraded", and after ten seconds their edits are refused and sent again.

Do: find who holds the lock, then end it. The second command ends those who have held a transaction open for a minute
without doing anything.

\`\`\`sh
as_postgres -c "SELECT pid, application_name, state, now() - xact_start AS since, left(query, 60) AS query
  FROM pg_stat_activity WHERE pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity)"
as_postgres -c "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE state = 'idle in transaction' AND state_change < now() - interval '1 minute'"
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep 'held up' || true
\`\`\`

### PrimeCommitsSlow

Means: one of a hundred edits is acknowledged after over a tenth of a second.

Musicians notice: what they did appears late at others'.

Do: look at PostgreSQL's disk (each COMMIT waits for it), at its checkpoints, and at a synchronous standby.

\`\`\`sh
as_postgres -c "SELECT pid, wait_event_type, wait_event, left(query, 60) AS query FROM pg_stat_activity
  WHERE state = 'active' AND wait_event IS NOT NULL"
as_postgres -c "SELECT application_name, state, sync_state, replay_lag FROM pg_stat_replication"
curl -s http://127.0.0.1:8801/metrics | grep -E '^prime_(commit|ack)_seconds_bucket'
\`\`\`

### PrimeDeltasLost

Means: PostgreSQL no longer has what had been acknowledged: a backup was restored under running nodes, or a standby that
was behind took over. The projects have a new epoch already.

Musicians notice: a moment's reconnect, then the project without its last edits. What was not acknowledged comes back.

Do: nothing for the rooms. Find out what was lost, and keep the old primary's disk: it may be the only one that has it.
See that the database you serve from is the one you mean. The alarm ends an hour after the last loss.

\`\`\`sh
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep 'went back' || true
psql "$DATABASE_URL" -c "SELECT inet_server_addr(), pg_is_in_recovery() AS is_standby, pg_postmaster_start_time()"
\`\`\`

### PrimeStatesDiffer

Means: a node held another state of a project than is stored, or an entry of the journal could not be applied. It is
repaired already: the node has read the stored state. The alarm ends an hour after the last time, and has a cause in
Prime that must be found.

Musicians notice: perhaps a moment's fresh state.

Do: keep the log, audit the projects that it names (\`./run serve audit PROJECT\`), and report both.

\`\`\`sh
journalctl -u prime@8801 -n 1000 -o cat --no-pager | grep -E 'diverge|quarantin|anew' || true
\`\`\`

### PrimeClientsDiverge

Means: more than five clients within an hour had another copy than the server. They were given fresh state.

Musicians notice: a jump in what they see.

Do: see who, and with which device. If all have one release of a client, it is that release; after a restore or failover
it is expected.

\`\`\`sh
journalctl -u prime@8801 -n 1000 -o cat --no-pager | grep diverged || true
\`\`\`

### PrimeLaneFull

Means: all connections of a lane have been in use for a minute ([lanes](database.md)).

Musicians notice: by lane: \`appends\` late acknowledgements, \`rooms\` and \`calls\` slow joins and calls, \`callers\` and
\`searches\` slow lists, \`reads\` slow history, \`behind\` nothing yet.

Do: see what takes so long, and whether somebody waits for a lock. More connections for a lane (\`PRIME_DB_CALLS\` and the
like) help only if PostgreSQL has cores to spare.

\`\`\`sh
as_postgres -c "SELECT pid, now() - query_start AS since, wait_event_type, left(query, 80) AS query
  FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() ORDER BY since DESC LIMIT 10"
\`\`\`

### PrimeFeedLags

Means: lists that are on screens show what changed over a second late. A transaction that somebody holds open keeps
later ones from being read.

Musicians notice: lists of projects, presets and members are late; rooms are not.

Do: end the oldest transaction, if it is not a backup.

\`\`\`sh
as_postgres -c "SELECT pid, application_name, state, now() - xact_start AS since, left(query, 60) AS query
  FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start LIMIT 5"
\`\`\`

### PrimeBackupOld

Means: the last backup that succeeded is over 26 hours old, or there never was one.

Musicians notice: nothing, until you need it.

Do: run one by hand and read what it says; then see why the timer did not ([backups](backups.md)). A full disk at its
directory is the most frequent reason.

\`\`\`sh
systemctl start prime-backup
journalctl -u prime-backup -n 20 -o cat --no-pager
df -h /var/backups/prime
\`\`\`

### PrimeRehearsalOld

Means: no backup was restored beside and proved within 35 days, or none ever was.

Musicians notice: nothing, until you need one.

Do: run a rehearsal and read what it says ([rehearsals](backups.md#rehearsals)); then see why its timer did not.

\`\`\`sh
systemctl start prime-rehearse
journalctl -u prime-rehearse -n 20 -o cat --no-pager
\`\`\`

### PrimeBusDown

Means: a node does not reach Redis.

Musicians notice: "degraded" in rooms on several nodes: others' edits up to five seconds late, cursors of other nodes
not at all. No acknowledgement is later, nothing is lost.

Do: start Redis again, empty; nodes are back within a second or two. If it answers here, look at the network between the
node and it, or at the password.

\`\`\`sh
redis-cli -u "$REDIS_URL" ping || systemctl restart redis-server
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep 'the bus' || true
\`\`\`

### PrimeBusForged

Means: somebody without the nodes' secret writes to Prime's channels. It is not believed.

Musicians notice: nothing.

Do: see who is connected to Redis, as its administrator (\`default\`; the ACL of the page lets nodes not ask that); give
it a password and an ACL ([Redis](redis.md)), and close it to others. A second deployment with another secret on the
same server has other channels, so it is not that.

\`\`\`sh
redis-cli -h bus.internal client list | tail -20
\`\`\`

### PrimeVersionsDiffer

Means: nodes of two versions have run side by side for two hours: a deployment was begun and not finished.

Musicians notice: perhaps cursors of members on other nodes are missing.

Do: finish it, node by node, or take it back ([deploying](signals.md#deploying-anew-node-by-node)). Which node is which:

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep '^prime_build_info'
curl -s http://127.0.0.1:8802/metrics | grep '^prime_build_info'
\`\`\`

### PrimeGuessing

Means: over 200 wrong passwords, or over 50 tries that came too soon, within ten minutes.

Musicians notice: nothing; owners get in from where they did before.

Do: nothing at once, tries are held back by themselves. See from where, and block a network at the balancer if it goes
on.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT event, address, sum(count) FROM audit_log WHERE created_at > now() - interval '1 hour'
  AND event IN ('login_failed', 'login_held_back') GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10"
\`\`\`

### PrimeTokensForged

Means: over ten tokens within an hour that were forged, or used before. A refresh token that comes twice was stolen, or
a client forgot the newer one; its login has ended by itself.

Musicians notice: whose login it was logs in again.

Do: see whose. One user with one device is a broken client; many users are a theft: rotate the signing keys and the
secret ([secrets](signals.md#changing-the-secret)).

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT event, user_id, address, sum(count) FROM audit_log
  WHERE created_at > now() - interval '1 hour' AND event IN ('token_refused', 'refresh_reused')
  GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 10"
\`\`\`

### PrimeAuditLost

Means: entries of the audit found no room while PostgreSQL was away, or were refused by it.

Musicians notice: nothing.

Do: the log has each entry that was written to it before it was lost. See how long PostgreSQL was away.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT created_at, count FROM audit_log WHERE event = 'entries_lost' ORDER BY 1 DESC LIMIT 10"
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep audit || true
\`\`\`

### PrimeMailWaits

Means: the oldest mail that is to be sent has waited for over five minutes: the mail server does not take it. Where
\`SMTP_URL\` is set on no node, mails wait too, and nobody is woken.

Musicians notice: no links to log in, to prove an address or to set a password.

Do: read what the mail server says ([mail](../accounts.md#mail)). When it takes mails again, they go by themselves.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT kind, count(*), max(tries) AS tries, max(last_error) AS reason FROM mail_outbox
  WHERE sent_at IS NULL AND given_up_at IS NULL GROUP BY 1"
journalctl -u prime@8801 -n 200 -o cat --no-pager | grep -i mail || true
\`\`\`

### PrimeMailGivenUp

Means: over five mails within an hour were refused for good, or could not be sent in time.

Musicians notice: these mails never come; they have to ask again.

Do: read the reasons. "Relay access denied" and the like are settings of the mail server; unknown recipients are typing
errors of people.

\`\`\`sh
psql "$DATABASE_URL" -c "SELECT last_error AS reason, count(*) FROM mail_outbox
  WHERE given_up_at > now() - interval '1 hour' GROUP BY 1 ORDER BY 2 DESC"
\`\`\`

### PrimeTaskDown

Means: a task that should run as long as the node fails again and again, through an error in Prime. The balancer sends
nobody new there.

Musicians notice: by task; \`/readyz\` names it.

Do: keep the log, then restart the node: others take its musicians. Report it with the trace in the log.

\`\`\`sh
curl -s http://127.0.0.1:8801/readyz
journalctl -u prime@8801 -n 100 -o cat --no-pager
systemctl restart prime@8801
curl -s --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8801/readyz
\`\`\`

### PrimeMistakes

Means: Prime made a mistake that it survived: a call answered \`internal\`, a task or an append that failed, a row that
the second wall held back, a message of the bus that could not be read. The alarm ends an hour after the last one.

Musicians notice: one call that failed, mostly nothing.

Do: \`./run migrate\` repairs a grant that is missing, which looks the same and is harmless to run. Then read the trace
(\`exception\`) in the log and report it.

\`\`\`sh
./run migrate
journalctl -u prime@8801 -n 500 -o cat --no-pager | grep exception || true
\`\`\`

### PrimeDescriptors

Means: a node has used four fifths of the file descriptors that it may have. Each connection takes one.

Musicians notice: nothing yet; at the last one nobody gets in.

Do: raise the limit in the unit and restart node by node, or add a node.

\`\`\`sh
curl -s http://127.0.0.1:8801/metrics | grep -E '^(process_open_fds|process_max_fds|prime_connections)'
grep LimitNOFILE /etc/systemd/system/prime@.service
\`\`\`

### PrimeTlsExpires

Means: the certificate that a node speaks TLS with ends within two weeks, and was not renewed.

Musicians notice: nothing yet.

Do: see why the renewal fails; nodes read a new one when they are reloaded. The alarm is only there for nodes that speak
TLS themselves: a balancer's certificate is the balancer's to watch. What a node serves:

\`\`\`sh
openssl s_client -connect 127.0.0.1:8801 < /dev/null 2> /dev/null | openssl x509 -noout -enddate ||
  echo 'no TLS on this port'
\`\`\`

### PrimeTlsEnds

Means: that certificate ends within two days. After that no client connects.

Musicians notice: nothing, until then; afterwards nobody gets in.

Do: renew it by hand now, put it where the old one is, and reload the nodes; they say \`reloaded\` when they have it.

\`\`\`sh
systemctl reload prime@8801 prime@8802
journalctl -u prime@8801 -n 20 -o cat --no-pager | grep -E 'reloaded|certificate' || true
openssl s_client -connect 127.0.0.1:8801 < /dev/null 2> /dev/null | openssl x509 -noout -enddate ||
  echo 'no TLS on this port'
\`\`\`
`;var rr=`# Events

Each node keeps what went wrong on it of late, 1,000 events at most: the page for operators (\`/operator\`) lists those of
all nodes, and so does \`./run admin events\`. An event has a kind, which is the counter of
[\`/metrics\`](watching.md#what-to-watch) that counts it, when it happened first and last, how often, and whom it is
about. What happens to the same within a minute is one event. A restart forgets them; the log has them longer.

Kinds that an alarm is about have their paragraph in [Alarms](alarms.md). The others are here.

## What each means, and what to do

### outages.journal_over

Edits are stored again. What waited was stored in its order; nobody needs to do anything.

### outages.project_over

The project is written to again.

### outages.bus_over

Nodes hear each other at once again. What the bus had lost was read from PostgreSQL.

### epoch_changed

The journal of a project has another history now: a restore, a failover, or \`./run new-epochs\`. Its members were sent
fresh state. Without one of these, look for who wrote to the database.

### fell_behind

Somebody's line, or computer, is too slow for what the others do at that moment. They get edits at their own pace, and
see cursors late. If it is always the same person, it is theirs; if it is many at once, look at the network before the
node.

### aborted_connections.no_handshake

Somebody opened a connection and sent no handshake in time: a port scanner, or the check of a balancer that opens
connections only. Have the balancer ask \`/readyz\` instead.

### closed_connections.silent

A client sent nothing for 75 seconds: its computer sleeps, or its network went away without a word. It comes back by
itself. Many at once: the network, or the balancer, loses connections.

### closed_connections.token_expired

A client did not refresh its token in time. It refreshes it, and comes back. Always the same program: its maker has a
mistake to mend (rule A12).

### closed_connections.rate_limited

A client sent too much for too long, and did not wait as it was told to: a program in a loop. \`client\` in the room's
members says which; \`./run admin kick login\` ends it.

### closed_connections.too_many_connections

A user has more connections than one may have. Mostly a program that opens one more each time and closes none.

### closed_connections.no_hello

A connection was opened, and nobody logged in: a scanner, or a client before its login form was filled in.

### closed_connections.replaced

The same user came again on the same device, so the older connection was ended: mostly a second window with a copied
device id (rule H12).

### closed_connections.session_revoked

A login was ended: by its user, by a new password, or by an operator. [The audit](doing.md) says by whom.

### closed_connections.bad_messages

A program sent frames that hold no message. Look which one, and tell its maker.

### closed_connections.unsupported_version

A program is too old, or too new, for this server.

### closed_connections.auth_failed

A token was not valid: most often one of before a restore of the database, or of a login that has ended. Many at once
after a deployment: nodes have different secrets ([settings](settings.md)).

### rate_limited

A client came over its rate and was told to wait. Now and then that is a large paste. Steadily it is a program in a
loop.

### bad_messages

A program sent what makes no sense: mostly a new release of it.
`;function ir(n,e=""){let t=new Map;for(let o of n.split(/^### /m).slice(1)){let r=o.search(/^## /m),[i="",...a]=(r<0?o:o.slice(0,r)).split(`
`),l=i.trim(),[,u=null]=/^```sh\n(.*)$/m.exec(a.join(`
`))??[];t.set(l,{text:Qi(a.join(`
`)).trim(),command:u,place:`${e}#${l.toLowerCase().replace(/[^\w -]/g,"")}`})}return t}var Dt=new Map([...ir(or,"docs/operating/alarms.md"),...ir(rr,"docs/operating/events.md")]);function Qi(n){return n.replace(/^```\w*\n/gm,"").replace(/\[([^\]]+)\]\([^)]*\)/g,"$1").replace(/[`*]/g,"")}function $t({name:n,children:e}){let t=Dt.get(n);return s("details",{class:"runbook",children:[s("summary",{children:s("bdi",{children:e})}),s("pre",{children:t?.text??"It has no paragraph."}),t!==void 0&&s("p",{class:"quiet",children:["From ",t.place]})]})}function F({title:n,head:e,above:t,children:o}){return s("section",{class:"card scrolls",tabIndex:0,"aria-label":n,children:[t,s("table",{children:[s("caption",{children:n}),s("thead",{children:s("tr",{children:e.map((r,i)=>r===""?s("td",{},i):s("th",{scope:"col",children:r},i))})}),s("tbody",{children:o})]})]})}function sr({seen:n}){let e=n.events.value?.events??null;if(e===null)return null;let t=[...new Set(e.map(({kind:l})=>l))].sort(),o=n.kind.value,r=e.filter(({kind:l})=>o===""||l===o),i=[["","all kinds"],...t.map(l=>[l,l])];o!==""&&!t.includes(o)&&i.push([o,o]);let a=s("div",{class:"above",children:s(Et,{label:"Events of",name:"kind",value:o,options:i,onChoose:l=>{n.kind.value=l}})});return s(F,{title:r.length===0?"No events of late":"Events of late, the newest first",above:a,head:["what","times","last","who","project","node","from","said"],children:r.map(l=>s("tr",{children:[s("th",{scope:"row",children:s($t,{name:l.alarm||l.kind,children:l.means})}),s("td",{children:l.count}),s("td",{children:new Date(l.at).toLocaleString()}),s("td",{children:s("bdi",{children:(l.name||l.user||l.member).slice(0,60)})}),s("td",{children:l.project===""?"":s("button",{type:"button",class:"plain",onClick:()=>n.show(l.project),children:s("bdi",{children:l.project_name.slice(0,60)||l.project})})}),s("td",{children:l.node}),s("td",{children:l.address}),s("td",{children:s("bdi",{children:l.text})})]},`${l.node}${l.number}`))})}function j(n){return n==null?"–":`${n<10?n.toFixed(1):Math.round(n)} ms`}function We(n,e){return n==null?"–":`${n<10?n.toFixed(1):Math.round(n)} / ${j(e)}`}function ie(n){let e=["B","kB","MB","GB","TB"],t=Math.min(e.length-1,Math.max(0,Math.floor(Math.log10(Math.max(1,n))/3)));return`${(n/1e3**t).toFixed(t===0?0:1)} ${e[t]}`}function ar(n){return n===void 0||n===0?"0":n<10?n.toFixed(1):String(Math.round(n))}var Xi=/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/,Zi=/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;function lr(n){let e=new Map;for(let t of n.split(`
`)){let[,o,r="",i=""]=Xi.exec(t)??[];if(o===void 0||t.startsWith("#"))continue;let a=i==="+Inf"?1/0:Number(i);if(Number.isNaN(a))continue;let l={labels:Object.fromEntries([...r.matchAll(Zi)].map(([,c,h])=>[c,h])),value:a},u=e.get(o);u===void 0?e.set(o,[l]):u.push(l)}return e}function Rn(n,e){return(n.get(e)??[]).reduce((t,{value:o})=>t+o,0)}var es=.95,ts=500,ns=1e3,os=2e3,rs=50,is=2*36e5,ss=15*6e4,as=new Set(["maintenance","draining"]);function dr({nodes:n,health:e,events:t,ready:o,metrics:r,now:i}){return[...e===null||o===null?ls(o):[],...ds(e),...cs(n,i),...us(e),...ps(t,i),...fs(r)].sort((l,u)=>+(l.kind==="look")-+(u.kind==="look"))}function ls(n){return n===null?[{kind:"bad",text:"The node that this page comes from does not answer.",alarm:"PrimeNodeDown"}]:n.status!==200?[{kind:"bad",text:`This node is not ready: ${n.text}.`,alarm:n.text.includes("database")?"PrimeCannotCommit":n.text.includes("down")?"PrimeTaskDown":"PrimeNodeDown"}]:[]}function ds(n){let e=new Map;for(let{node:o,troubles:r}of n?.nodes??[])for(let{what:i,says:a,alarm:l,bad:u,project:c}of r){if(as.has(i))continue;let h=c==null?a:`${a} It is ${c}.`,f=e.get(h);f!==void 0?f.nodes.push(o):e.set(h,{kind:u?"bad":"look",says:h,alarm:l,nodes:[o]})}return[...(n?.silent??[]).map(o=>({kind:"bad",text:`${o} does not answer.`,alarm:"PrimeNodeDown"})),...[...e.values()].map(({kind:o,says:r,alarm:i,nodes:a})=>({kind:o,text:`${a.join(", ")}: ${r}`,alarm:i}))]}function cs(n,e){if(n===null)return[];let t=[],{nodes:o,maintenance:r}=n;for(let{node:a,host:l,state:u,silent_ms:c}of o){let h=`${a} on ${l}`;u==="silent"&&t.push({kind:"bad",text:`${h} has said nothing for ${Math.round(c/1e3)} s.`,alarm:"PrimeNodeDown"}),u==="drained"&&t.push({kind:"look",text:`${h} takes nobody in: it is drained.`,alarm:"PrimeStillDraining"})}let i=new Set(o.map(({version:a})=>a));if(i.size>1&&t.push({kind:"look",text:`Nodes of several versions serve: ${[...i].join(", ")}.`,alarm:"PrimeVersionsDiffer"}),r.mode==="read_only"){let a=r.began_at!=null&&e-r.began_at>is;t.push({kind:a?"bad":"look",text:`All is read-only: ${r.message||"maintenance"}.`,alarm:"PrimeMaintenanceForgotten"})}return t}function us(n){return(n?.nodes??[]).flatMap(e=>hs(e))}function hs({node:n,load:e,share:t,commit:o,call:r,join:i,loop_late:a,lanes:l}){let u=[],c=(f,d,p)=>{f&&u.push({kind:"look",text:`${n}: ${d}`,alarm:p})};c(e>=es*t,`its event loop takes ${Math.round(e*100)} % of its core, of ${Math.round(t*100)} % that it aims at.`,"PrimeNodeBusy"),c((o.p99_ms??0)>ts,`one commit in a hundred takes ${j(o.p99_ms)}.`,"PrimeCommitsSlow"),c((r.p99_ms??0)>ns,`one call in a hundred takes ${j(r.p99_ms)}.`,"PrimeCallsSlow"),c((i.p99_ms??0)>os,`one join in a hundred takes ${j(i.p99_ms)}.`,"PrimeJoinsSlow"),c((a.p99_ms??0)>rs,`its event loop comes ${j(a.p99_ms)} late.`,"PrimeLoopLate");let h=l.filter(({busy:f,most:d})=>f>=d&&d>1).map(({lane:f})=>f);return c(h.length>0,`all connections to PostgreSQL for ${h.join(", ")} are in use.`,"PrimeLaneFull"),u}function ps(n,e){let t=n?.events??[],o=new Map;for(let r of t){if(r.alarm===""||e-r.at>ss)continue;let i=o.get(r.alarm);i===void 0?o.set(r.alarm,{newest:r,count:r.count}):i.count+=r.count}return[...o].map(([r,{newest:i,count:a}])=>{let l=t.some(({kind:c,node:h,project:f,at:d})=>c===`${i.kind}_over`&&h===i.node&&f===i.project&&d>=i.at),u=`${a===1?"Once":`${a} times`} of late, last at ${new Date(i.at).toLocaleTimeString()}.`;return{kind:"look",text:`${i.means} ${u}${l?" It is over.":""}`,alarm:r}})}function fs(n){if(n===null)return[];let e=[];return Rn(n,"prime_entries_quarantined_total")>0&&e.push({kind:"bad",text:"Entries of the journal could not be applied.",alarm:"PrimeMistakes"}),Rn(n,"prime_mail_oldest_seconds")>300&&e.push({kind:"look",text:"Mails have waited for more than five minutes.",alarm:"PrimeMailWaits"}),e}function cr({seen:n}){let e=n.nodes.value;if(e===null)return null;let t=e.nodes.filter(({state:r})=>r==="serving").length,o=e.maintenance.mode==="read_only";return s(F,{title:"Nodes",head:["node","state","load","connections","rooms","members","version","since","what to do"],above:s("button",{type:"button",class:"above",onClick:()=>{n.action.value=o?Xo():Qo()},children:o?"Let everyone edit again…":"Make all read-only…"}),children:e.nodes.map(r=>s("tr",{children:[s("th",{scope:"row",children:[s("bdi",{children:r.node})," ",s("small",{class:"quiet",children:[r.host,":",r.pid]})]}),s("td",{children:r.state}),s("td",{children:[Math.round(r.load*100)," %"]}),s("td",{children:r.connections}),s("td",{children:r.rooms}),s("td",{children:r.members}),s("td",{children:r.version}),s("td",{children:new Date(r.started_at).toLocaleString()}),s("td",{children:r.state==="drained"?s("button",{type:"button",onClick:()=>{n.action.value=er(r.node)},children:["Let people in…",s("span",{class:"unseen",children:[" to ",r.node]})]}):s("button",{type:"button",onClick:()=>{n.action.value=Zo(r.node,t-+(r.state==="serving"))},children:["Drain…",s("span",{class:"unseen",children:[" ",r.node]})]})})]},r.node))})}function ur({seen:n}){let e=n.health.value?.nodes??[];return e.length===0?null:s(F,{title:"What waits on each node, and how long things take of late (half / 99 of 100 within)",head:["node","ack","commit","call","join","loop late","deltas wait","calls run / wait","outboxes","to PostgreSQL, in use"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:s("bdi",{children:t.node})}),[t.ack,t.commit,t.call,t.join,t.loop_late].map((o,r)=>s("td",{children:We(o.p50_ms,o.p99_ms)},r)),s("td",{children:t.deltas_waiting}),s("td",{children:[t.calls_running," / ",t.calls_waiting]}),s("td",{children:[ie(t.outbox_bytes),t.outboxes_waiting>0&&`, largest ${ie(t.largest_outbox_bytes)}`]}),s("td",{children:t.lanes.filter(({busy:o})=>o>0).map(({lane:o,busy:r,most:i})=>`${o} ${r}/${i}`).join(", ")||"none"})]},t.node))})}var[It,Se,Ut]=[240,64,14];function jn({title:n,of:e}){if(e===void 0||e.count===void 0||e.count===0)return s("p",{class:"quiet",children:[n,": nothing was measured of late."]});let[t,o]=[e.counts??[],e.upto_ms??[]],[r,i]=[t.findIndex(d=>d>0),t.findLastIndex(d=>d>0)],[a,l]=[Math.max(0,r-1),Math.min(t.length-1,i+1)],u=t.slice(a,l+1),c=It/u.length,h=Math.max(...u),f=`${n}: half within ${j(e.p50_ms)}, 99 of 100 within ${j(e.p99_ms)}; ${e.count} of late`;return s("figure",{class:"histogram",children:[s("figcaption",{children:f}),s("svg",{role:"img","aria-label":f,width:It,height:Se+Ut,viewBox:`0 0 ${It} ${Se+Ut}`,children:[u.map((d,p)=>{let v=d===0?0:Math.max(2,Se*d/h);return s("rect",{class:"bar",x:p*c+1,y:Se-v,width:Math.max(1,c-2),height:v,children:s("title",{children:`${ms(o,a+p)}: ${d}`})},p)}),s("text",{class:"foot",x:"0",y:Se+Ut-3,children:a===0?"0 ms":j(o[a-1])}),s("text",{class:"foot end",x:It,y:Se+Ut-3,children:l>=o.length?"more":j(o[l])})]})]})}function ms(n,e){return e>=n.length?`over ${j(n.at(-1))}`:`${e===0?"0":j(n[e-1])} to ${j(n[e])}`}function hr({seen:n}){let e=n.rooms.value;return e===null?null:s(F,{title:`Rooms, those first for which most is sent${e.silent.length>0?` (without ${e.silent.join(", ")}, which do not answer)`:""}`,head:["project","members","sent a second","ack, half / 99 of 100","tick gap","outboxes","held back","entities","state","seq","nodes"],children:e.rooms.map(t=>s("tr",{children:[s("th",{scope:"row",children:s("button",{type:"button",class:"plain",onClick:()=>n.show(t.project),children:s("bdi",{children:t.name.slice(0,60)||t.project})})}),s("td",{children:t.members}),s("td",{children:ar(t.sends_a_second)}),s("td",{children:We(t.ack_p50_ms,t.ack_p99_ms)}),s("td",{children:We(t.tick_gap_p50_ms,t.tick_gap_p99_ms)}),s("td",{children:ie(t.outbox_bytes??0)}),s("td",{children:t.held_back}),s("td",{children:t.entities.toLocaleString()}),s("td",{children:ie(t.bytes)}),s("td",{children:t.seq}),s("td",{children:t.nodes.join(", ")})]},t.project))})}function pr({seen:n}){let e=n.room.value;if(e===null)return null;let t=e.name.slice(0,60)||e.project,o=s("div",{class:"row above",children:[e.closed===null?s("button",{type:"button",onClick:()=>{n.action.value=Ko(e.project,t)},children:"Close this room…"}):s("button",{type:"button",onClick:()=>{n.action.value=An(e.project,t)},children:"Open this room…"}),s("button",{type:"button",onClick:()=>n.show(null),children:"Look away"}),s(jn,{title:"From a delta's coming to its ack",of:e.ack}),s(jn,{title:"Between two ticks",of:e.tick_gap})]});return s(F,{title:`In the room of ${t}`,above:o,head:["who","role","program","subprotocol","round trip","entries behind","outbox","held back","device","address","node","since","what to do"],children:e.members.map(r=>{let i=r.name.slice(0,60);return s("tr",{children:[s("th",{scope:"row",children:s("bdi",{children:i})}),s("td",{children:r.role}),s("td",{children:s("bdi",{children:(r.client??"").slice(0,40)||"does not say"})}),s("td",{children:(r.codec??"").replace("prime.v1.","")}),s("td",{children:j(r.round_trip_ms)}),s("td",{children:r.behind??0}),s("td",{children:ie(r.outbox_bytes)}),s("td",{children:r.held_back}),s("td",{children:s("bdi",{children:r.device.slice(0,12)})}),s("td",{children:r.address}),s("td",{children:r.node}),s("td",{children:new Date(r.since).toLocaleTimeString()}),s("td",{children:s("span",{class:"row",children:[s("button",{type:"button",onClick:()=>{n.action.value=Jo(r.member,i,t)},children:["Send out…",s("span",{class:"unseen",children:[" ",i]})]}),s("button",{type:"button",onClick:()=>{n.action.value=Yo(r.user,i)},children:["End logins…",s("span",{class:"unseen",children:[" of ",i]})]})]})})]},r.member)})})}function fr({seen:n}){let e=n.closed.value?.rooms??[];return e.length===0?null:s(F,{title:"Closed rooms",head:["project","why","since","until","what to do"],children:e.map(t=>{let o=t.name.slice(0,60)||t.project;return s("tr",{children:[s("th",{scope:"row",children:s("bdi",{children:o})}),s("td",{children:s("bdi",{children:t.reason.slice(0,200)})}),s("td",{children:new Date(t.closed_at).toLocaleString()}),s("td",{children:t.until===null?"it is opened":new Date(t.until).toLocaleString()}),s("td",{children:s("button",{type:"button",onClick:()=>{n.action.value=An(t.project,o)},children:["Open…",s("span",{class:"unseen",children:[" ",o]})]})})]},t.project)})})}function mr({console:n}){return s("main",{class:"board",children:[s(gs,{seen:n}),s(nr,{seen:n}),s(cr,{seen:n}),s(ur,{seen:n}),s(hr,{seen:n}),s(pr,{seen:n}),s(fr,{seen:n}),s(sr,{seen:n}),s(vs,{seen:n}),s(ws,{seen:n}),s(tr,{seen:n})]})}function gs({seen:n}){let e=dr({nodes:n.nodes.value,health:n.health.value,events:n.events.value,ready:n.ready.value,metrics:n.metrics.value,now:Date.now()});return s("section",{class:`card health ${e.some(({kind:t})=>t==="bad")?"bad":e.length>0?"look":"good"}`,"aria-label":"Whether all is well",children:[s("h2",{role:"status",children:e.length===0?"All is well.":e.length===1?"One thing to look at.":`${e.length} things to look at.`}),n.failure.value!==null&&s("p",{class:"failure",role:"alert",children:Mt(n.failure.value)}),e.map(t=>s(ys,{finding:t},t.alarm+t.text)),s("p",{class:"quiet",children:["This node says: ",n.ready.value?.text??"nothing",". Asked at ",new Date(n.askedAt.value).toLocaleTimeString(),".",n.metrics.value===null&&" Its /metrics cannot be read from here."]})]})}function ys({finding:n}){let e=Dt.get(n.alarm)?.command??null;return s("div",{class:`finding ${n.kind}`,children:[s($t,{name:n.alarm,children:[n.text," ",s("span",{class:"quiet",children:n.alarm})]}),e!==null&&s("p",{class:"helps",children:["First: ",s("code",{children:e})]})]})}function vs({seen:n}){let e=[...n.slow.value?.calls??[]].sort((t,o)=>o.took_ms-t.took_ms).slice(0,15);return e.length===0?null:s(F,{title:"Slowest calls",head:["call","took","when","node"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:[t.method,t.done?"":" (not answered)"]}),s("td",{children:[Math.round(t.took_ms)," ms"]}),s("td",{children:new Date(t.at).toLocaleString()}),s("td",{children:t.node})]},`${t.method}${t.at}${t.node}`))})}function ws({seen:n}){let e=n.audit.value?.entries??[];return e.length===0?null:s(F,{title:"Audit, the newest first",head:["what","who","when","count","from","project","details"],children:e.map(t=>s("tr",{children:[s("th",{scope:"row",children:t.event}),s("td",{children:t.actor??t.user??""}),s("td",{children:new Date(t.at).toLocaleString()}),s("td",{children:t.count}),s("td",{children:t.address??""}),s("td",{children:t.project??""}),s("td",{children:s("bdi",{children:JSON.stringify(t.details).slice(0,200)})})]},t.id))})}var _s=2e3,bs=5e3,Ft=class{constructor(e){this.client=e}nodes=g(null);health=g(null);rooms=g(null);events=g(null);kind=g("");project=g(null);room=g(null);closed=g(null);slow=g(null);audit=g(null);ready=g(null);metrics=g(null);action=g(null);done=g(null);failure=g(null);isStranger=g(!1);askedAt=g(0);timer=null;isAsking=!1;start(){document.addEventListener("visibilitychange",()=>this.look()),this.client.status.subscribe(()=>this.look()),this.look()}look(){this.timer!==null&&clearTimeout(this.timer),this.timer=null,!(document.visibilityState==="hidden"||this.client.status.value.name!=="connected")&&this.ask().then(()=>{this.timer=setTimeout(()=>this.look(),_s)})}show(e){this.project.value=e,e===null&&(this.room.value=null),this.look()}async carryOut(e,t){let{method:o,params:r,event:i,said:a}=e.what(t),l=await this.client.call(o,r),{entries:u}=await this.client.call("operator.audit",{event:i,limit:1});this.done.value={said:a(l),entry:u[0]??null},this.action.value=null,this.look()}async ask(){if(!this.isAsking){this.isAsking=!0;try{await Promise.all([this.askPlain(),this.askCalls()]),this.failure.value=null,this.isStranger.value=!1}catch(e){this.isStranger.value=e instanceof w&&e.code==="forbidden",this.failure.value=e}this.askedAt.value=Date.now(),this.isAsking=!1}}async askCalls(){let e=this.project.value,[t,o,r,i,a,l,u,c]=await Promise.all([this.client.call("operator.nodes",{}),this.client.call("operator.health",{}),this.client.call("operator.rooms",{limit:50,order:"load"}),this.client.call("operator.events",{limit:100}),this.client.call("operator.closed_rooms",{limit:50}),this.client.call("operator.slow_calls",{per_method:2}),this.client.call("operator.audit",{limit:30}),e===null?null:this.client.call("operator.room",{project:e})]);this.nodes.value=t,this.health.value=o,this.rooms.value=r,this.events.value=i,this.closed.value=a,this.slow.value=l,this.audit.value=u,e===this.project.value&&(this.room.value=c)}async askPlain(){let[e,t]=await Promise.all([gr("/readyz"),gr("/metrics")]);this.ready.value=e!==null&&e.status===404?{status:200,text:"unknown here"}:e,this.metrics.value=t?.status===200?lr(t.text):null}};async function gr(n){try{let e=await fetch(n,{cache:"no-store",signal:AbortSignal.timeout(bs)});return{status:e.status,text:(await e.text()).trim()}}catch{return null}}var ks="prime.operator.refresh_token";function xs({client:n,seen:e}){let t=Pn(n.status,{name:"connecting"}),o=Pn(n.user,null),r=ce(()=>new Lt(n,null),[]),i=()=>{n.logout().catch(()=>location.reload())};return t.name==="needs-login"?s("main",{class:"middle",children:s("div",{class:"card",children:[s("div",{class:"brand",children:[s("img",{src:"/web/icon.svg",alt:""}),"Prime for operators"]}),s(Ro,{entrance:r})]})}):s(T,{children:[s("header",{class:"operator-bar",children:[s("h1",{children:"Prime for operators"}),s("span",{class:"quiet",children:t.name==="connected"?o?.name||o?.username:t.name==="away"?"not connected; trying again":t.message??t.name}),s("button",{type:"button",onClick:i,children:"Log out"})]}),e.isStranger.value?s("main",{class:"sheet",children:s("p",{role:"alert",children:[o?.username," is no operator of this server. Whoever runs it makes you one: ./run users make-operator ",o?.username]})}):s(mr,{console:e})]})}if(Bo(window)===null){Vo();let n=_n(Wo(),{device:await xn(),client:"operators' page",tokens:kn(ks)}),e=new Ft(n);e.start(),Kn(s(xs,{client:n,seen:e}),document.body),document.getElementById("not-started")?.remove()}
